package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import dev.exchequer.cli.mock.MockProvider;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One running gateway for a test class. */
final class Stack implements BeforeAllCallback, AfterAllCallback {
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** tcpmux: nobody listens there, so connections are refused. */
  private static final int DEAD_PORT = 1;

  /** What the mock provider must have been sent, and what nobody else may ever see. */
  static final String PROVIDER_SECRET = "sk-provider-secret-4f1c2a9e7d";

  private final String world;
  private @Nullable Running running;
  private final Map<String, String> generated = new TreeMap<>();
  private boolean expectNothingHeld = true;

  private Stack(String world) {
    this.world = world;
  }

  /** @param world a folder under src/test/resources/e2e */
  static Stack of(String world) {
    return new Stack(world);
  }

  /** Another file of the configuration, made by the test. */
  Stack with(String file, String yaml) {
    generated.put(file, yaml);
    return this;
  }

  /** For tests that leave holds in doubt on purpose. */
  Stack mayLeaveHolds() {
    expectNothingHeld = false;
    return this;
  }

  private record Running(UpProcess up, MockProvider mock, Path config, int mockPort, int deadPort) {}

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("the stack is not running");
    }
    return running;
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    Path home = Files.createTempDirectory("exq-e2e");
    MockProvider mock = MockProvider.start(0);
    int deadPort = DEAD_PORT;
    Path config = Files.createDirectories(home.resolve("config"));
    Path source = Path.of(System.getProperty("exchequer.root"), "cli/src/test/resources/e2e", world);
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.writeString(config.resolve(file.getFileName()), fill(Files.readString(file), mock.port(), deadPort));
      }
    }
    for (Map.Entry<String, String> file : generated.entrySet()) {
      Files.writeString(config.resolve(file.getKey()), fill(file.getValue(), mock.port(), deadPort));
    }
    running = new Running(UpProcess.start(config, home.resolve("data")), mock, config, mock.port(), deadPort);
    up().awaitReady();
  }

  private static String fill(String yaml, int mockPort, int deadPort) {
    return yaml.replace("@MOCK@", Integer.toString(mockPort)).replace("@DEAD@", Integer.toString(deadPort)).replace("@SECRET@", PROVIDER_SECRET);
  }

  @Override
  public void afterAll(ExtensionContext context) throws Exception {
    Running r = running();
    try {
      if (expectNothingHeld) {
        awaitNothingHeld();
      }
      assertThat(up().luaErrors()).as("errors of the Lua meter").isZero();
    } finally {
      up().stop();
      r.mock().close();
    }
    assertNoSecretInFiles(r.up().data());
  }

  private static void assertNoSecretInFiles(Path data) throws IOException {
    try (Stream<Path> files = Files.walk(data)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String text = new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(text.contains(PROVIDER_SECRET)).as("the provider's secret in " + file.getFileName()).isFalse();
        assertThat(text.contains("exq-test-")).as("an application's key in " + file.getFileName()).isFalse();
      }
    }
  }

  UpProcess up() {
    return running().up();
  }

  MockProvider mock() {
    return running().mock();
  }

  Path config() {
    return running().config();
  }

  /** Writes a file of the configuration (placeholders filled in) in one step, as an editor would. */
  void configure(String file, String yaml) throws IOException {
    Path target = config().resolve(file);
    Path next = config().resolve("." + file + ".new");
    Files.writeString(next, fill(yaml, running().mockPort(), running().deadPort()));
    Files.move(next, target, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  /** The official client without retries of its own, so that one call is one request. */
  OpenAIClient openai(String key) {
    return OpenAIOkHttpClient.builder().baseUrl(up().endpoint() + "/v1").apiKey(key).maxRetries(0).timeout(PATIENCE).build();
  }

  /** The receipt as the admin API shows it; waits for the transaction that ends the request. */
  JsonNode receipt(String id) {
    return Await.value("receipt " + id, () -> {
      HttpResponse<String> answer = up().admin("GET", "/api/v1/receipts/" + id, null);
      return answer.statusCode() == 200 ? Json.read(answer.body()) : null;
    });
  }

  JsonNode balance(String name) {
    HttpResponse<String> answer = up().admin("GET", "/api/v1/namespaces/default/balances/" + name, null);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.read(answer.body());
  }

  List<JsonNode> receipts(String query) {
    HttpResponse<String> answer = up().admin("GET", "/api/v1/receipts?" + query, null);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.items(Json.read(answer.body()));
  }

  List<JsonNode> entries(String balance) {
    HttpResponse<String> answer = up().admin("GET", "/api/v1/namespaces/default/balances/" + balance + "/entries?limit=500", null);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return Json.items(Json.read(answer.body()));
  }

  /** Waits until no balance holds anything: every hold must end by itself. */
  void awaitNothingHeld() {
    Await.until("nothing is held", () -> {
      JsonNode all = Json.read(up().admin("GET", "/api/v1/namespaces/default/balances", null).body());
      return Json.items(all).stream().allMatch(b -> b.get("held").asText().equals("0.000000000"));
    });
  }
}
