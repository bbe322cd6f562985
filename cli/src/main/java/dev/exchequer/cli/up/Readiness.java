package dev.exchequer.cli.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.cli.admin.CommandFailed;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;

/** Waits until the operator, Envoy and the service hold the same plan, or until it is clear that they will not. */
final class Readiness {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
  private static final Duration TELL_AFTER = Duration.ofSeconds(20);
  private static final int GIVE_UP_AFTER_FAILURES = 3;
  private static final int LINES_OF_LOG = 15;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(2)).build();
  private final URI readyz;
  private final OperatorRuntime.Running operator;
  private final List<Child> children;
  private final DataDir data;
  /** What the service says of it, as it was asked last. */
  private String why = "";

  Readiness(int adminPort, OperatorRuntime.Running operator, List<Child> children, DataDir data) {
    this.readyz = URI.create("http://127.0.0.1:" + adminPort + "/readyz");
    this.operator = operator;
    this.children = List.copyOf(children);
    this.data = data;
  }

  void await(PrintWriter out) throws InterruptedException, IOException {
    long tellAt = System.nanoTime() + TELL_AFTER.toNanos();
    while (!serviceReady() || !operator.ready()) {
      for (Child child : children) {
        if (child.failures() >= GIVE_UP_AFTER_FAILURES) {
          Path log = data.log(child.name());
          throw new CommandFailed(child.name() + " ends as soon as it is started; the end of " + log + ":\n" + tail(log));
        }
      }
      if (System.nanoTime() > tellAt) {
        out.println("still waiting for Envoy and the service" + why + "; their logs are in " + data.path().resolve("logs"));
        out.flush();
        tellAt = Long.MAX_VALUE;
      }
      Thread.sleep(BETWEEN_LOOKS);
    }
  }

  private boolean serviceReady() throws InterruptedException {
    try {
      HttpRequest request = HttpRequest.newBuilder(readyz).timeout(Duration.ofSeconds(2)).build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      StringJoiner reasons = new StringJoiner("; ", ": ", "").setEmptyValue("");
      JSON.readTree(answer.body()).path("reasons").forEach(reason -> reasons.add(reason.asText()));
      why = reasons.toString();
      return answer.statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  static String tail(Path log) throws IOException {
    if (!Files.exists(log)) {
      return "(empty)";
    }
    // where something was thrown says less than what was said of it, and takes all the room
    List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().filter(line -> !line.matches("\\t(at |\\.\\.\\. ).*")).toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES_OF_LOG), lines.size()));
  }
}
