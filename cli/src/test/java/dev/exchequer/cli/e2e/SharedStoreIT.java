package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two gateways, each with its own Envoy and service, on one PostgreSQL: whatever is asked of either is in the books of both. */
class SharedStoreIT {
  private static final String KEY = "Bearer exq-demo-quickstart-key-not-a-secret-0001";
  private static final String ASK = "{\"model\":\"gpt-5.1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

  @Test
  void twoGatewaysAreOneLedger() throws Exception {
    // no @TempDir: what its services leave is looked at when it fails
    Path home = Files.createTempDirectory("exq-shared");
    try (EmbeddedPostgres postgres =
        EmbeddedPostgres.builder().setServerConfig("fsync", "on").setServerConfig("full_page_writes", "on").setServerConfig("synchronous_commit", "on").start()) {
      String url = "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/postgres?user=postgres&password=hunter2";
      List<UpProcess> gateways = new ArrayList<>();
      try {
        for (String name : List.of("one", "two")) {
          Files.createDirectory(home.resolve(name));
          gateways.add(UpProcess.start(null, home.resolve(name).resolve("data"), "--store", url));
        }
        gateways.forEach(UpProcess::awaitReady);
        ask(gateways, 40);
        UpProcess one = gateways.get(0);
        UpProcess two = gateways.get(1);
        Await.until("everything is settled", () -> settled(one));
        assertThat(balances(one)).isEqualTo(balances(two));
        assertThat(receipts(one)).hasSize(40).isEqualTo(receipts(two));
        assertThat(one.printed()).contains("ledger     PostgreSQL //127.0.0.1:" + postgres.getPort() + "/postgres").doesNotContain("hunter2");

        one.kill9("service");
        ask(List.of(two), 5);
        one.awaitReady();
        Await.until("the first serves again", () -> one.raw("POST", "/v1/chat/completions", ASK, "authorization", KEY, "content-type", "application/json").statusCode() == 200);
        Await.until("everything is settled", () -> settled(two));
        assertThat(receipts(one)).hasSizeGreaterThanOrEqualTo(46);
        assertAddsUp(two);
      } finally {
        for (UpProcess gateway : gateways) {
          gateway.stop();
        }
      }
      for (String name : List.of("one", "two")) {
        assertThat(home.resolve(name).resolve("data/ledger.db")).doesNotExist();
        assertThat(home.resolve(name).resolve("data/ledger.elsewhere")).content().startsWith("//127.0.0.1:" + postgres.getPort() + "/postgres\n");
        try (var logs = Files.walk(home.resolve(name))) {
          for (Path file : logs.filter(path -> path.toString().endsWith(".log")).toList()) {
            assertThat(Files.readString(file)).as("%s", file).doesNotContain("hunter2");
          }
        }
      }
    }
  }

  private static void ask(List<UpProcess> gateways, int times) throws Exception {
    try (ExecutorService many = Executors.newFixedThreadPool(8)) {
      List<Future<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        UpProcess gateway = gateways.get(i % gateways.size());
        answers.add(many.submit(() -> gateway.raw("POST", "/v1/chat/completions", ASK, "authorization", KEY, "content-type", "application/json")));
      }
      for (Future<HttpResponse<String>> answer : answers) {
        assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
      }
    }
  }

  private static List<JsonNode> items(UpProcess gateway, String path) {
    return Json.items(Json.read(gateway.admin("GET", path, null).body()));
  }

  private static List<JsonNode> balances(UpProcess gateway) {
    List<JsonNode> balances = items(gateway, "/api/v1/namespaces/default/balances");
    // ledger time of the last commit: both sweep by the second
    balances.forEach(balance -> ((com.fasterxml.jackson.databind.node.ObjectNode) balance).remove("asOf"));
    return balances;
  }

  private static List<JsonNode> receipts(UpProcess gateway) {
    return items(gateway, "/api/v1/receipts?limit=100");
  }

  private static boolean settled(UpProcess gateway) {
    return balances(gateway).stream().allMatch(balance -> new BigDecimal(balance.get("held").asText()).signum() == 0);
  }

  private static void assertAddsUp(UpProcess gateway) {
    for (JsonNode balance : balances(gateway)) {
      String name = balance.get("name").asText().replace("default/", "");
      BigDecimal sum = BigDecimal.ZERO;
      for (JsonNode entry : items(gateway, "/api/v1/namespaces/default/balances/" + name + "/entries?limit=100")) {
        sum = sum.add(new BigDecimal(entry.get("amount").asText()));
      }
      assertThat(new BigDecimal(balance.get("posted").asText())).as(name).isEqualByComparingTo(sum);
    }
  }
}
