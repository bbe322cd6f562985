package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.server.engine.LedgerEngine;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.SqliteReads;
import dev.exchequer.server.store.SqliteStore;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The dry run over HTTP, on a real engine and store with the small world of the ledger's tests. */
class DryRunsTest {
  private static final String ASK = "{\"apiKey\":\"default/key\",\"model\":\"model\"}";

  @TempDir Path data = Path.of("");
  private final World world = new World();
  private boolean keySuspended;
  private boolean journalWritable = true;

  private interface Use {
    void with(Running running) throws Exception;
  }

  private record Running(AdminServer server, LedgerEngine engine, HttpClient http) {
    HttpResponse<String> post(String body, String token, String accept) throws Exception {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/api/v1/dry-run"))
              .header("Authorization", "Bearer " + token).header("Accept", accept).POST(HttpRequest.BodyPublishers.ofString(body)).build();
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode ask(String body) throws Exception {
      HttpResponse<String> answer = post(body, "v", "*/*");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return new ObjectMapper().readTree(answer.body());
    }
  }

  /** A test may open its ledger again with another one. */
  private final Map<String, Policy> known = new HashMap<>();

  /** The world's policy, its key with a credential. */
  private Policy policy() {
    Policy policy = world.policy();
    List<ApiKey> keys = new ArrayList<>();
    for (ApiKey k : policy.keys().values()) {
      List<ApiKey.Credential> live = List.of(new ApiKey.Credential("first", "0".repeat(64), 0));
      List<ApiKey.Credential> other = List.of(new ApiKey.Credential("first", "1".repeat(64), 0));
      keys.add(new ApiKey(new ObjectName("elsewhere", k.name().name()), k.project(), k.label(), other, k.routeClasses(), k.models(), false, "", 1000, 0, false));
      keys.add(new ApiKey(k.name(), k.project(), k.label(), live, k.routeClasses(), k.models(), k.neverCross(), k.task(), k.concurrency(), k.requestsPerMinute(), keySuspended));
    }
    return Policy.of(
        policy.digest(), policy.projects().values(), keys, policy.balances().values(), policy.priceSheets().values(), policy.budgets(), policy.providers().values(),
        policy.routes().values(), policy.gateway());
  }

  private void run(Use use) throws Exception {
    Policy policy = policy();
    known.put(policy.digest(), policy);
    try (SqliteStore store = SqliteStore.open(data, digest -> Objects.requireNonNull(known.get(new String(digest, StandardCharsets.UTF_8))));
        GroupCommitLane lane = new GroupCommitLane(store, Clock.systemUTC(), GroupCommitLane.Observer.NONE, state -> {});
        SqliteReads reads = new SqliteReads(store);
        HttpClient http = HttpClient.newHttpClient()) {
      LedgerEngine engine = new LedgerEngine(lane, store::remember, () -> journalWritable, LedgerEngine.Observer.NONE);
      engine.activate(policy, policy.digest().getBytes(StandardCharsets.UTF_8)).join();
      Tokens tokens = token -> token.equals("v") ? Optional.of(new Tokens.Actor("vic", Tokens.Role.VIEWER)) : Optional.empty();
      try (AdminServer server = AdminServer.start("127.0.0.1", 0, engine, reads, new FakeHistory(), FakePruner.retention(new FakePruner()), tokens, new AdminServer.Health(() -> true, List::of, () -> ""))) {
        use.with(new Running(server, engine, http));
      }
    }
  }

  @Test
  void whoWouldPayAndWhoIfThatFails() throws Exception {
    run(
        running -> {
          JsonNode answer = running.ask(ASK);
          assertThat(answer.path("decision").asText()).isEqualTo("Held");
          assertThat(answer.path("route").asText()).isEqualTo("default/route");
          assertThat(answer.path("error").isNull()).isTrue();
          assertThat(answer.path("planDigest").asText()).isEqualTo("plan1");
          assertThat(answer.path("hops").get(0).toString())
              .isEqualTo(
                  "{\"hop\":1,\"name\":\"hop1\",\"provider\":\"default/mock\",\"routeClass\":\"Direct\",\"upstreamModel\":\"model\",\"verdict\":\"tried first\","
                      + "\"skipReason\":null,\"reason\":null,\"balance\":\"default/credit\",\"unit\":\"CREDIT\",\"hold\":\"0.101100000\","
                      + "\"considered\":[{\"balance\":\"default/credit\",\"verdict\":\"pays\",\"available\":\"10.000000000\"}]}");
          JsonNode second = answer.path("hops").get(1);
          assertThat(second.path("verdict").asText()).isEqualTo("possible");
          assertThat(second.path("balance").asText()).isEqualTo("default/wallet");
        });
  }

  @Test
  void asText() throws Exception {
    world.credit = "0.1";
    run(
        running -> {
          HttpResponse<String> answer = running.post(ASK, "v", "text/plain");
          assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
          assertThat(answer.body())
              .isEqualTo(
                  """
                  Dry run  model for key "key" (project acme)   1,000 bytes in, at most 100 tokens out   route route   would be sent
                    1 hop1   mock / model   Direct   skipped: balance too low   needs 0.1011 CREDIT
                        why: no balance for Direct can hold what the request may cost: default/credit insufficient, 0.1 CREDIT available; to change it: a grant, or a lower output cap in the request
                    2 hop2   mock / model   Pool     tried first                holds 0.1011 CNY
                        paid by default/wallet (10 CNY available)
                    Nothing was sent, held or written.
                  """);
        });
  }

  @Test
  void refusedWithWhatARealRequestWouldGet() throws Exception {
    world.credit = "0";
    world.withConsent = false;
    run(
        running -> {
          JsonNode answer = running.ask(ASK);
          assertThat(answer.path("decision").asText()).isEqualTo("Refused");
          assertThat(answer.path("error").path("httpStatus").asInt()).isEqualTo(402);
          assertThat(answer.path("error").path("code").asText()).isEqualTo("balance_insufficient");
          assertThat(answer.path("hops")).extracting(hop -> hop.path("skipReason").asText()).containsExactly("balance_insufficient", "cross_balance_forbidden");
          assertThat(running.post(ASK, "v", "text/plain").body()).contains("would be refused", "refused with 402 balance_insufficient");
          JsonNode narrowed = running.ask("{\"apiKey\":\"default/key\",\"model\":\"model\",\"routeClasses\":[\"Byok\"]}");
          assertThat(narrowed.path("error").path("code").asText()).isEqualTo("route_forbidden");
        });
  }

  @Test
  void aRouteServesTheKeysOfItsNamespace() throws Exception {
    run(
        running -> {
          JsonNode answer = running.ask(ASK.replace("default/", "elsewhere/"));
          assertThat(answer.path("error").path("code").asText()).isEqualTo("model_not_found");
          assertThat(answer.path("route").isNull()).isTrue();
        });
  }

  @Test
  void beforeAnyHop() throws Exception {
    world.concurrency = 0;
    run(running -> assertThat(running.ask(ASK).path("error").path("code").asText()).isEqualTo("concurrency_limited"));
    keySuspended = true;
    run(running -> assertThat(running.ask(ASK).path("error").path("code").asText()).isEqualTo("key_suspended"));
    journalWritable = false;
    run(running -> assertThat(running.ask(ASK).path("error").path("code").asText()).isEqualTo("accounting_unavailable"));
  }

  @Test
  void nothingIsWrittenOrHeld() throws Exception {
    world.hops = List.of(RouteClass.DIRECT, RouteClass.POOL, RouteClass.FREE);
    world.requestsPerMinute = 2;
    world.budgets.add(world.budget("tasks", dev.exchequer.policy.Budget.Per.TASK, "CREDIT", "50", 1));
    run(
        running -> {
          running.engine.administer(new Command.Grant(World.CREDIT, 5, "test", "a row", "k")).join();
          List<String> before = everything();
          for (int i = 0; i < 5; i++) {
            JsonNode answer = running.ask("{\"apiKey\":\"default/key\",\"model\":\"model\",\"task\":\"t" + i + "\"}");
            assertThat(answer.path("decision").asText()).as("no admission was counted, no task label opened").isEqualTo("Held");
            assertThat(answer.path("hops").get(0).path("considered").get(0).path("available").asText()).isEqualTo("10.000000005");
          }
          assertThat(everything()).isEqualTo(before);
          assertThat(running.engine.runningRequests()).isZero();
        });
  }

  /** Each row of each table of the store. */
  private List<String> everything() throws Exception {
    List<String> rows = new ArrayList<>();
    try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("ledger.db"));
        ResultSet tables = db.createStatement().executeQuery("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")) {
      while (tables.next()) {
        String table = tables.getString(1);
        try (ResultSet all = db.createStatement().executeQuery("SELECT * FROM \"" + table + "\"")) {
          while (all.next()) {
            StringBuilder row = new StringBuilder(table);
            for (int i = 1; i <= all.getMetaData().getColumnCount(); i++) {
              row.append('|').append(all.getString(i));
            }
            rows.add(row.toString());
          }
        }
      }
    }
    assertThat(rows).isNotEmpty();
    return rows;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | the body must be", "{ | not JSON", "{'model':'m'} | apiKey must be", "{'apiKey':'key','model':'m'} | default/key", "{'apiKey':'default/key'} | model must have",
        "{'apiKey':'default/key','model':'m','inputBytes':-1} | inputBytes must be", "{'apiKey':'default/key','model':'m','choices':129} | choices must be",
        "{'apiKey':'default/key','model':'m','outputTokens':'9'} | outputTokens must be", "{'apiKey':'default/key','model':'m','endpoint':'Chat'} | ChatCompletions",
        "{'apiKey':'default/key','model':'m','routeClasses':['Fast']} | Direct, Pool", "{'apiKey':'default/key','model':'m','routeClasses':'Pool'} | must be a list",
        "{'apiKey':'default/key','model':'m','task':'a b'} | task must have", "{'apiKey':'default/key','model':'m','key':1} | no such field: key",
        "{'apiKey':'default/key','model':'m','toolCalls':'yes'} | toolCalls must be true or false"
      },
      quoteCharacter = '`')
  void whatIsNotUnderstood(String body, String message) throws Exception {
    run(
        running -> {
          HttpResponse<String> answer = running.post(body.replace('\'', '"'), "v", "*/*");
          assertThat(answer.statusCode()).isEqualTo(400);
          assertThat(answer.body()).contains(message);
        });
  }

  @Test
  void whoMayAskAndForWhom() throws Exception {
    run(
        running -> {
          assertThat(running.post(ASK, "x", "*/*").statusCode()).isEqualTo(401);
          assertThat(running.post("{\"apiKey\":\"default/none\",\"model\":\"m\"}", "v", "*/*").statusCode()).isEqualTo(404);
        });
  }
}
