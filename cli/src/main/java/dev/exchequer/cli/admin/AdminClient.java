package dev.exchequer.cli.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.StringJoiner;

/** The admin API over HTTP. An answer that is not 2xx is a {@link CommandFailed} with the API's own message. */
public final class AdminClient implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration PATIENCE_FOR_REPORTS = Duration.ofMinutes(10);

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();
  private final AdminDoor door;
  private final String token;

  public AdminClient(URI base, String token) {
    this(new AdminDoor.Direct(base), token);
  }

  /** @param door is closed with this */
  AdminClient(AdminDoor door, String token) {
    this.door = door;
    this.token = token;
  }

  JsonNode get(String path, Map<String, String> query) {
    return get(path, query, PATIENCE);
  }

  /** A question that reads much of the ledger. */
  JsonNode report(String path, Map<String, String> query) {
    return get(path, query, PATIENCE_FOR_REPORTS);
  }

  private JsonNode get(String path, Map<String, String> query, Duration patience) {
    return json(send(request(path + pairs(query)).timeout(patience).GET().build()));
  }

  private static String pairs(Map<String, String> query) {
    StringJoiner pairs = new StringJoiner("&", "?", "").setEmptyValue("");
    query.forEach((name, value) -> pairs.add(encode(name) + "=" + encode(value)));
    return pairs.toString();
  }

  /** An answer of lines whose headers say where the next one begins. */
  record Page(String body, HttpHeaders headers) {
    String header(String name) {
      return headers.firstValue(name).orElseThrow(() -> new CommandFailed("the admin API did not say " + name + ": is it of this version?"));
    }
  }

  Page page(String path, Map<String, String> query) {
    HttpResponse<String> answer = answer(request(path + pairs(query)).timeout(PATIENCE_FOR_REPORTS).GET().build());
    return new Page(answer.body(), answer.headers());
  }

  String text(String path) {
    return send(request(path).GET().build());
  }

  JsonNode post(String path, JsonNode body, String idempotencyKey) {
    return json(
        send(
            request(path)
                .header("content-type", "application/json")
                .header("idempotency-key", idempotencyKey)
                .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
                .build()));
  }

  /** A question with a body: asked again it does no harm. */
  JsonNode ask(String path, JsonNode body) {
    return json(question(path, body, "application/json"));
  }

  /** The same, answered as text for people. */
  String askText(String path, JsonNode body) {
    return question(path, body, "text/plain");
  }

  private String question(String path, JsonNode body, String accept) {
    return send(
        request(path).header("content-type", "application/json").header("accept", accept).POST(HttpRequest.BodyPublishers.ofString(body.toString())).build());
  }

  /** One segment of a path or one value of a query. */
  static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpRequest.Builder request(String path) {
    String start = door.url().toString().replaceAll("/+$", "");
    return HttpRequest.newBuilder(URI.create(start + path)).timeout(PATIENCE).header("authorization", "Bearer " + token);
  }

  private String send(HttpRequest request) {
    return answer(request).body();
  }

  private HttpResponse<String> answer(HttpRequest request) {
    HttpResponse<String> answer;
    try {
      answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw door.nobodyAnswers(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", e);
    }
    if (answer.statusCode() / 100 != 2) {
      throw answer.statusCode() / 100 == 4 ? CommandFailed.refused(refusal(answer)) : new CommandFailed(refusal(answer));
    }
    return answer;
  }

  private static String refusal(HttpResponse<String> answer) {
    String told = "";
    try {
      JsonNode error = JSON.readTree(answer.body()).path("error");
      told = error.isTextual() ? error.asText() : error.path("message").asText();
    } catch (JsonProcessingException e) {
      told = answer.body().strip();
    }
    String status = "the admin API answered " + answer.statusCode();
    return told.isEmpty() ? status : status + ": " + told;
  }

  @Override
  public void close() {
    http.shutdownNow();
    door.close();
  }

  private static JsonNode json(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new CommandFailed("the admin API did not answer JSON", e);
    }
  }
}
