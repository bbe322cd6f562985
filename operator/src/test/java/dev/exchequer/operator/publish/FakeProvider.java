package dev.exchequer.operator.publish;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** An upstream that answers everything with one status, and tells what it was sent. Its answers carry all that Envoy must not let through. */
final class FakeProvider implements AutoCloseable {
  record Request(String path, Map<String, String> headers, String body) {}

  final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
  private final HttpServer server;

  FakeProvider(int status) throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (InputStream in = exchange.getRequestBody()) {
            Map<String, String> headers = new TreeMap<>();
            exchange.getRequestHeaders().forEach((key, values) -> headers.put(key.toLowerCase(Locale.ROOT), String.join(",", values)));
            requests.add(new Request(exchange.getRequestURI().toString(), headers, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
          }
          List.of("x-exq-next", "x-exq-local", "x-exchequer-charge", "x-envoy-upstream-service-time", "set-cookie", "openai-organization")
              .forEach(name -> exchange.getResponseHeaders().add(name, "forged"));
          byte[] body = "{\"ok\":true}".getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("content-type", "application/json");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
