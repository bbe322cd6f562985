package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIIoException;
import com.openai.models.chat.completions.ChatCompletionChunk;
import dev.exchequer.cli.admin.BalancesCommand;
import dev.exchequer.cli.admin.ExplainCommand;
import dev.exchequer.cli.admin.ReceiptsCommand;
import dev.exchequer.cli.kube.PlayedCluster;
import dev.exchequer.cli.mock.MockProvider;
import dev.exchequer.operator.kube.RealApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The whole product: a story is applied with kubectl to a real API server, the operator programs a real Envoy and the accounting service over mTLS, the
 * official client asks, and receipts, balances and resources tell what happened, read with kubectl and its plugin.
 */
final class KubeChainIT {
  private static final String MONEY = "money";
  private static final String TEAM = "team-acme";
  private static final String RELEASE = "chain";
  private static final int REQUESTS = 100;
  /** 1204 tokens in, 1024 of them cached, 311 out, by the sheet cny-2026: (180 x 2 + 1024 x 0.5 + 311 x 8) / 1,000,000. */
  private static final BigDecimal CHARGE = new BigDecimal("0.003360");

  private final PlayedCluster cluster = PlayedCluster.get();
  private final RealApi api = cluster.api();

  @TempDir Path home = Path.of("");
  private Path kubeconfig = Path.of("");

  @Test
  void fromApplyToReceipt() throws Exception {
    kubeconfig = cluster.kubeconfig(home);
    cluster.namespace(MONEY);
    cluster.namespace(TEAM);
    try (MockProvider mock = MockProvider.start(0); KubeGateway gateway = new KubeGateway(api.client(), home, MONEY, Set.of(MONEY, TEAM))) {
      apply("premium-with-pool-fallback", mock.port());
      api.kubectl("wait", "--for=condition=Ready", "--timeout=60s", "-n", MONEY, "--all", "project.exchequer.dev,balance,pricesheet,modelprovider,fallbackpolicy,modelroute");
      api.kubectl("wait", "--for=condition=Ready", "--timeout=60s", "-n", TEAM, "--all", "apikey");
      OpenAIClient client = gateway.openai(generatedKey());

      Chat chat = Await.value("the gateway serves", () -> served(client));
      assertThat(chat.hop()).isEqualTo("2/2 pool");
      assertThat(chat.charge()).isEqualTo("0.003360000 CNY");
      stream(client);

      cluster.gatewayPod(MONEY, RELEASE, gateway.service.adminPort());
      try {
        told(gateway, chat);
        nothingIsAskedOfTheApiServer(client, gateway);
      } finally {
        cluster.noPod(MONEY, RELEASE);
      }
      assertThat(api.kubectl("get", "modelroutes", "-n", MONEY)).containsPattern("gpt-5\\.1 +\\[\"gpt-5\\.1\"] +official\\(Direct\\) > pool\\(Pool\\) +WithConsent +True");
      String left = new BigDecimal(50).subtract(CHARGE.multiply(BigDecimal.valueOf(REQUESTS + 2))).stripTrailingZeros().toPlainString();
      Await.until("kubectl shows what the ledger has", () -> balances().contains(left));
      assertThat(balances()).containsPattern("credit +acme +Credit +CREDIT +100\\S* +0\\S* +100\\S* +True").containsPattern("wallet +acme +Wallet +CNY +" + left + "\\S* +0\\S* +" + left + "\\S* +True");
    } finally {
      api.take(MONEY);
      api.take(TEAM);
    }
  }

  private String balances() {
    return kubectl("get", "balances", "-n", MONEY);
  }

  private String kubectl(String... arguments) {
    try {
      return api.kubectl(arguments);
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** As a person would, but for the port of the mock provider. */
  private void apply(String story, int mockPort) throws IOException, InterruptedException {
    String yaml = Files.readString(RealApi.root().resolve("examples/stories").resolve(story).resolve("story.yaml")).replace("127.0.0.1:9100", "127.0.0.1:" + mockPort);
    Path file = Files.writeString(home.resolve("story.yaml"), yaml);
    assertThat(api.kubectl("apply", "-f", file.toString())).contains("modelroute.exchequer.dev/gpt-5.1 created", "project.exchequer.dev/acme created");
  }

  private String generatedKey() {
    String encoded = api.read("/api/v1/namespaces/" + TEAM + "/secrets/acme-app-key").body().at("/data/apiKey").asText();
    return new String(Base64.getDecoder().decode(encoded), StandardCharsets.US_ASCII);
  }

  /** Until the plan with the generated key is in force there are 401s and refused connections. */
  private static @Nullable Chat served(OpenAIClient client) {
    try {
      Chat chat = Chat.call(client, "gpt-5.1");
      return chat.status() == 200 ? chat : null;
    } catch (OpenAIIoException e) {
      return null;
    }
  }

  private static void stream(OpenAIClient client) {
    StringBuilder text = new StringBuilder();
    try (StreamResponse<ChatCompletionChunk> chunks = client.chat().completions().createStreaming(Chat.params("gpt-5.1").build())) {
      chunks.stream().forEach(chunk -> chunk.choices().forEach(choice -> choice.delta().content().ifPresent(text::append)));
    }
    assertThat(text.toString()).isNotBlank();
  }

  private void told(KubeGateway gateway, Chat chat) throws IOException {
    String token = gateway.adminToken();
    Await.until("both receipts are written", () -> Json.items(json(new ReceiptsCommand(), token)).size() == 2);
    for (JsonNode receipt : Json.items(json(new ReceiptsCommand(), token))) {
      assertThat(receipt.path("status").asText()).isEqualTo("Succeeded");
      assertThat(receipt.path("apiKey").asText()).isEqualTo(TEAM + "/app");
      assertThat(receipt.path("project").asText()).isEqualTo(MONEY + "/acme");
      assertThat(receipt.at("/hops/0/charge").asText()).isEqualTo("0.000000000");
      assertThat(new BigDecimal(receipt.at("/hops/1/charge").asText())).isEqualByComparingTo(CHARGE);
      assertThat(receipt.at("/hops/1/balance").asText()).isEqualTo(MONEY + "/wallet");
    }
    assertThat(plugin(new ExplainCommand(), token, chat.receiptId())).contains("official", "pool", MONEY + "/wallet");
    assertThat(posted(token, "credit")).isEqualByComparingTo("100");
    assertThat(posted(token, "wallet")).isEqualByComparingTo(new BigDecimal(50).subtract(CHARGE.multiply(BigDecimal.TWO)));
  }

  private BigDecimal posted(String token, String balance) {
    JsonNode found =
        Json.items(json(new BalancesCommand(), token)).stream().filter(b -> b.path("name").asText().equals(MONEY + "/" + balance)).findFirst().orElseThrow();
    assertThat(found.path("held").asText()).isEqualTo("0.000000000");
    return new BigDecimal(found.path("posted").asText());
  }

  private JsonNode json(Object command, String token) {
    return Json.read(plugin(command, token, "-o", "json"));
  }

  /** The command through the API server's port-forward. */
  private String plugin(Object command, String token, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--kubeconfig", kubeconfig.toString(), "-n", MONEY, "--token", token));
    int code = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(all.toArray(String[]::new));
    assertThat(code).as(err::toString).isZero();
    return out.toString();
  }

  /** The API server is stopped where it is (SIGSTOP): whoever asked it anything would wait. */
  private void nothingIsAskedOfTheApiServer(OpenAIClient client, KubeGateway gateway) throws IOException {
    ProcessHandle server =
        ProcessHandle.current().descendants().filter(p -> p.info().command().orElse("").endsWith("/kube-apiserver")).findFirst().orElseThrow();
    BigDecimal before = posted(gateway.adminToken(), "wallet");
    signal(server, "STOP");
    try {
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(Chat.call(client, "gpt-5.1").status()).isEqualTo(200);
      }
    } finally {
      signal(server, "CONT");
    }
    BigDecimal spent = CHARGE.multiply(BigDecimal.valueOf(REQUESTS));
    assertThat(posted(gateway.adminToken(), "wallet")).isEqualByComparingTo(before.subtract(spent));
  }

  private static void signal(ProcessHandle process, String signal) {
    try {
      assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor()).isZero();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
