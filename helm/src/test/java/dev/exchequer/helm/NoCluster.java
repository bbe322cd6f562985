package dev.exchequer.helm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An API server that knows Secrets and has none. `helm template` looks nothing up; helm-java's does, at the cluster that KUBECONFIG names: the build sets it
 * to a file that is written here.
 */
final class NoCluster {
  private static final String SECRETS =
      """
      {"kind":"APIResourceList","apiVersion":"v1","groupVersion":"v1","resources":[
        {"name":"secrets","singularName":"secret","namespaced":true,"kind":"Secret","verbs":["get","list"]}]}""";
  private static final String NOT_FOUND = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"reason\":\"NotFound\",\"code\":404,\"message\":\"not found\"}";

  private NoCluster() {}

  static void start() {
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", exchange -> answer(exchange, 404, NOT_FOUND));
      server.createContext("/api/v1", exchange -> answer(exchange, exchange.getRequestURI().getPath().equals("/api/v1") ? 200 : 404, SECRETS));
      server.start();
      Files.writeString(
          Path.of(System.getenv("KUBECONFIG")),
          """
          {"apiVersion": "v1", "kind": "Config", "current-context": "none",
           "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:%d"}}],
           "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}], "users": [{"name": "none"}]}
          """
              .formatted(server.getAddress().getPort()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange, int code, String text) throws IOException {
    try (exchange) {
      byte[] body = (code == 200 ? text : NOT_FOUND).getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }
}
