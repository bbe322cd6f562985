package dev.exchequer.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * Envoy's admin interface on its Unix socket. The JDK's HTTP client knows no Unix sockets; one request on a connection of its own needs no more of
 * HTTP/1.1 than this.
 */
public final class EnvoyAdmin {
  private static final String WARMING = "cluster_manager.warming_clusters";

  private final Path socket;
  private final Duration timeout;

  /** @param timeout for one whole exchange */
  public EnvoyAdmin(Path socket, Duration timeout) {
    this.socket = socket;
    this.timeout = timeout;
  }

  /**
   * @param path e.g. "/ready"
   * @return the body of a 200
   * @throws IOException if Envoy cannot be reached, is too slow, or answers with another status
   */
  public String get(String path) throws IOException {
    return call("GET", path);
  }

  /**
   * @param path e.g. "/drain_listeners?graceful" or "/quitquitquit"
   * @return as {@link #get}
   */
  public String post(String path) throws IOException {
    return call("POST", path);
  }

  private String call(String method, String path) throws IOException {
    String response = exchange(method + " " + path + " HTTP/1.1\r\nhost: envoy\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    int end = response.indexOf("\r\n\r\n");
    if (!response.startsWith("HTTP/1.1 200 ") || end < 0) {
      throw new IOException("Envoy's admin interface answered " + method + " " + path + " with: " + response.lines().findFirst().orElse("nothing"));
    }
    boolean chunked = response.substring(0, end).toLowerCase(Locale.ROOT).contains("\r\ntransfer-encoding: chunked");
    String body = response.substring(end + 4);
    return new String((chunked ? unchunked(body) : body).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** Clusters that Envoy has accepted and does not yet use, as their names are not resolved or their secrets not there. */
  public int warmingClusters() throws IOException {
    String stats = get("/stats?filter=%5Ecluster_manager.warming_clusters%24");
    return stats
        .lines()
        .filter(line -> line.startsWith(WARMING + ": "))
        .map(line -> Integer.parseInt(line.substring(WARMING.length() + 2).trim()))
        .findFirst()
        .orElse(0);
  }

  /** Request and answer in ISO 8859-1, so that a character is a byte. */
  private String exchange(String request) throws IOException {
    long end = System.nanoTime() + timeout.toNanos();
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Selector selector = Selector.open()) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
      channel.configureBlocking(false);
      channel.register(selector, SelectionKey.OP_READ);
      ByteArrayOutputStream response = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(16384);
      while (true) {
        int read = channel.read(buffer);
        if (read < 0) {
          return response.toString(StandardCharsets.ISO_8859_1);
        }
        response.write(buffer.array(), 0, read);
        buffer.clear();
        long left = (end - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new IOException("Envoy's admin interface did not answer in " + timeout.toMillis() + " ms");
        }
        if (read == 0) {
          selector.select(left);
          selector.selectedKeys().clear();
        }
      }
    }
  }

  /** RFC 9112, section 7.1, without trailers. */
  private static String unchunked(String body) throws IOException {
    StringBuilder out = new StringBuilder();
    int at = 0;
    while (true) {
      int line = body.indexOf("\r\n", at);
      if (line < 0) {
        throw new IOException("Envoy's admin interface broke off");
      }
      int size = Integer.parseInt(body.substring(at, line).split(";", 2)[0].trim(), 16);
      if (size == 0) {
        return out.toString();
      }
      if (line + 2 + size > body.length()) {
        throw new IOException("Envoy's admin interface broke off");
      }
      out.append(body, line + 2, line + 2 + size);
      at = line + 2 + size + 2;
    }
  }
}
