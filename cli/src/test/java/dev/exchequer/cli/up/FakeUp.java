package dev.exchequer.cli.up;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** `up` with the real supervisor around an operator, a service and an Envoy that only seem to be there. */
public final class FakeUp {
  private FakeUp() {}

  /** {@code service PORT} is the service, {@code CONFIG DATA LISTEN PORT ADMIN_PORT ENVOY} is up. */
  public static void main(String[] args) throws Exception {
    if (args[0].equals("service")) {
      service(Integer.parseInt(args[1]));
      return;
    }
    UpSettings settings =
        new UpSettings(
            Optional.empty(), Path.of(args[0]), "default", Path.of(args[1]), args[2], Integer.parseInt(args[3]), Integer.parseInt(args[4]), Optional.of(Path.of(args[5])),
            new UpSettings.Mock(UpSettings.MockChoice.PREFERABLY, UpSettings.MOCK_PORT));
    try {
      new Supervisor(settings, new Operator(), FakeUp::command, new PrintWriter(System.out, true, StandardCharsets.UTF_8)).run();
    } catch (dev.exchequer.cli.admin.CommandFailed e) {
      System.out.println(e.getMessage());
      System.exit(1);
    }
  }

  private static List<String> command(DataDir data, Sockets sockets, int adminPort) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
        FakeUp.class.getName(), "service", Integer.toString(adminPort));
  }

  private static void service(int port) throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
    server.createContext("/", exchange -> {
      byte[] body = "{\"items\":[{\"name\":\"default/wallet\",\"unit\":\"CNY\",\"posted\":\"7.000000000\"}]}".getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
  }

  private static final class Operator implements OperatorRuntime {
    @Override
    public Running start(Settings settings, Consumer<List<Finding>> findings) {
      findings.accept(List.of(new Finding(Finding.Severity.error, "unknown_field", "Project default/x", "x.yaml", 3, "spec.surprise", "no such field")));
      return new Running() {
        @Override
        public String bootstrap() {
          return "admin: {}\n";
        }

        @Override
        public boolean ready() {
          return true;
        }

        @Override
        public Summary summary() {
          return new Summary(List.of(new Route("default/chat", List.of("chat"), List.of("only (Pool)"))), List.of("default"), Optional.of("exq-demo"));
        }

        @Override
        public void close() {}
      };
    }
  }
}
