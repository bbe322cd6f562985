package dev.exchequer.operator.meter;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/** A provider's end of one connection: the request that came, and the exact bytes that go back. */
final class ProviderWire {

  final String path;
  final Map<String, String> headers = new TreeMap<>();
  final byte[] body;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final LongSupplier bytesRead;
  private final long readBefore;
  private long written;

  /** @param bytesRead how many bytes Envoy has read from this provider so far */
  ProviderWire(Socket socket, LongSupplier bytesRead) throws IOException {
    this.socket = socket;
    this.bytesRead = bytesRead;
    readBefore = bytesRead.getAsLong();
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    out = socket.getOutputStream();
    path = line().split(" ", -1)[1];
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
    }
    body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new EOFException();
      }
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  ProviderWire raw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
    written += bytes.length;
    return this;
  }

  ProviderWire head(int status, String... lines) throws IOException {
    // else Envoy may send its next request on the connection that is being closed
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nconnection: close\r\n");
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return raw(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  /** A whole answer with a content length. */
  void whole(int status, byte[] bytes, String... lines) throws IOException {
    String[] all = java.util.Arrays.copyOf(lines, lines.length + 1);
    all[lines.length] = "content-length: " + bytes.length;
    head(status, all).raw(bytes);
  }

  void json(int status, String text, String... lines) throws IOException {
    String[] all = java.util.Arrays.copyOf(lines, lines.length + 1);
    all[lines.length] = "content-type: application/json";
    whole(status, text.getBytes(StandardCharsets.UTF_8), all);
  }

  /** The head of a stream; {@link #chunk} and {@link #end} follow. */
  ProviderWire stream(String... lines) throws IOException {
    String[] all = java.util.Arrays.copyOf(lines, lines.length + 2);
    all[lines.length] = "content-type: text/event-stream; charset=utf-8";
    all[lines.length + 1] = "transfer-encoding: chunked";
    return head(200, all);
  }

  ProviderWire chunk(byte[] bytes) throws IOException {
    if (bytes.length == 0) {
      return this;
    }
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    chunk.writeBytes(bytes);
    chunk.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
    return raw(chunk.toByteArray());
  }

  ProviderWire chunk(String text) throws IOException {
    return chunk(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Sends a chunk and waits until Envoy has read it, so that the next one arrives alone. */
  ProviderWire chunkAlone(byte[] bytes) throws IOException {
    chunk(bytes);
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (bytesRead.getAsLong() < readBefore + written) {
      if (System.nanoTime() > deadline) {
        throw new IOException("Envoy does not read");
      }
    }
    return this;
  }

  void end() throws IOException {
    raw("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
  }

  /** Breaks the connection off with a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Returns when Envoy has closed its end. */
  void awaitClose() throws IOException {
    try {
      while (in.read() >= 0) {
        // nothing more is expected
      }
    } catch (java.net.SocketException gone) {
      // a reset is an end too
    }
  }
}
