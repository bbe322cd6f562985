package dev.exchequer.cli.mock;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** Sends one answer in the way that the model's name asks for. */
final class Answer {
  private static final long BETWEEN_SPLIT_WRITES_MS = 20;

  private final Wire wire;
  private final Asked asked;
  private final Behaviour behaviour;
  private final Bodies bodies;

  Answer(Wire wire, Asked asked, Behaviour behaviour, String id) {
    this.wire = wire;
    this.asked = asked;
    this.behaviour = behaviour;
    this.bodies = new Bodies(asked, behaviour, id);
  }

  /** @return whether the connection is good for another request */
  boolean send() throws IOException, InterruptedException {
    if (behaviour.kind() != Behaviour.Kind.SLOW_STREAM) {
      Thread.sleep(behaviour.delayMs());
    }
    return switch (behaviour.kind()) {
      case HANG -> {
        wire.hang();
        yield false;
      }
      case STATUS -> {
        whole(behaviour.status(), bodies.refusal());
        yield true;
      }
      case OK, HANG_AFTER_HEADERS, DIE_MID_STREAM, NO_USAGE, SPLIT_USAGE, CRLF, GZIP, FORGED, BAD_USAGE_NEGATIVE, BAD_USAGE_HUGE, BAD_USAGE_STRING, ERROR_IN_200,
          EMPTY_ERROR, SLOW_STREAM ->
          asked.stream() ? stream() : notStream();
    };
  }

  private boolean notStream() throws IOException, InterruptedException {
    JsonNode body = behaviour.kind() == Behaviour.Kind.ERROR_IN_200 ? Bodies.error(500, Bodies.errorMessage(200)) : bodies.whole();
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    switch (behaviour.kind()) {
      case HANG_AFTER_HEADERS -> {
        wire.head(200, headers("application/json", bytes.length));
        wire.hang();
        return false;
      }
      case DIE_MID_STREAM -> {
        wire.head(200, headers("application/json", bytes.length));
        wire.send(Arrays.copyOf(bytes, bytes.length / 2));
        Thread.sleep(BETWEEN_SPLIT_WRITES_MS);
        wire.die();
        return false;
      }
      case SPLIT_USAGE -> {
        int middle = body.toString().indexOf("\"completion_tokens\"");
        wire.head(200, headers("application/json", bytes.length));
        wire.send(Arrays.copyOf(bytes, middle));
        Thread.sleep(BETWEEN_SPLIT_WRITES_MS);
        wire.send(Arrays.copyOfRange(bytes, middle, bytes.length));
        return true;
      }
      default -> {
        whole(200, body);
        return true;
      }
    }
  }

  private void whole(int status, JsonNode body) throws IOException {
    byte[] plain = body.toString().getBytes(StandardCharsets.UTF_8);
    byte[] bytes = behaviour.kind() == Behaviour.Kind.GZIP ? gzip(plain) : plain;
    Map<String, String> headers = headers("application/json", bytes.length);
    if (status == 429) {
      headers.put("retry-after", "20");
    }
    wire.head(status, headers);
    wire.send(bytes);
  }

  private boolean stream() throws IOException, InterruptedException {
    if (behaviour.kind() == Behaviour.Kind.GZIP) {
      whole(200, bodies.whole());
      return true;
    }
    Map<String, String> headers = headers("text/event-stream", -1);
    headers.put("transfer-encoding", "chunked");
    wire.head(200, headers);
    if (behaviour.kind() == Behaviour.Kind.HANG_AFTER_HEADERS) {
      wire.hang();
      return false;
    }
    if (behaviour.kind() == Behaviour.Kind.ERROR_IN_200) {
      event(Bodies.error(500, Bodies.errorMessage(200)).toString());
    } else if (!completion()) {
      return false;
    }
    event("[DONE]");
    wire.endOfChunks();
    return true;
  }

  private boolean completion() throws IOException, InterruptedException {
    for (int choice = 0; choice < asked.n() && asked.endpoint() == Asked.Endpoint.CHAT; choice++) {
      event(bodies.roleChunk(choice).toString());
    }
    int sent = 0;
    for (String word : bodies.words()) {
      for (int choice = 0; choice < asked.n(); choice++) {
        pause();
        event(bodies.textChunk(choice, sent == 0 ? word : " " + word).toString());
      }
      if (++sent == 3 && behaviour.kind() == Behaviour.Kind.DIE_MID_STREAM) {
        Thread.sleep(BETWEEN_SPLIT_WRITES_MS);
        wire.die();
        return false;
      }
    }
    for (int choice = 0; choice < asked.n(); choice++) {
      pause();
      event(bodies.finishChunk(choice).toString());
    }
    JsonNode usage = bodies.usage();
    if (asked.includeUsage() && usage != null) {
      event(bodies.usageChunk(usage).toString());
    }
    return true;
  }

  private void pause() throws InterruptedException {
    if (behaviour.kind() == Behaviour.Kind.SLOW_STREAM) {
      Thread.sleep(behaviour.delayMs());
    }
  }

  private void event(String data) throws IOException, InterruptedException {
    String eol = behaviour.kind() == Behaviour.Kind.CRLF ? "\r\n" : "\n";
    String event = "data: " + data + eol + eol;
    int middle = behaviour.kind() == Behaviour.Kind.SPLIT_USAGE ? event.indexOf("\"completion_tokens\"") : -1;
    if (middle < 0) {
      wire.chunk(event);
      return;
    }
    wire.chunk(event.substring(0, middle));
    Thread.sleep(BETWEEN_SPLIT_WRITES_MS);
    wire.chunk(event.substring(middle));
  }

  /** @param length -1 = not told */
  private Map<String, String> headers(String contentType, int length) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", contentType);
    headers.put("x-request-id", "mock-request");
    if (length >= 0) {
      headers.put("content-length", Integer.toString(length));
    }
    switch (behaviour.kind()) {
      case GZIP -> headers.put("content-encoding", "gzip");
      case FORGED -> {
        headers.put("x-exq-next", "1");
        headers.put("x-exq-local", "UT forged");
        headers.put("x-exchequer-receipt", "forged");
        headers.put("x-envoy-upstream-service-time", "1");
        headers.put("x-envoy-overloaded", "true");
        headers.put("set-cookie", "forged=1");
      }
      default -> {}
    }
    return headers;
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }
}
