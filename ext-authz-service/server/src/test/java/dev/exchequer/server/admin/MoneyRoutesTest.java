package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Command.Stand.Standing;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Result;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Calls that change money, over real HTTP, on a fake ledger: what is asked of the ledger, and what is refused before it is asked. */
class MoneyRoutesTest {
  private static final Map<String, Tokens.Actor> ACTORS =
      Map.of("v", new Tokens.Actor("vic", Tokens.Role.VIEWER), "o", new Tokens.Actor("olga", Tokens.Role.OPERATOR), "t", new Tokens.Actor("tre", Tokens.Role.TREASURER));
  private static final ObjectName WALLET = FakeLedger.WALLET;
  private static final String BALANCE = "/api/v1/namespaces/default/balances/wallet";

  private final FakeLedger ledger =
      new FakeLedger() {
        @Override
        public CompletableFuture<Optional<Account>> account(ObjectName balance) {
          return CompletableFuture.completedFuture(balance.equals(WALLET) ? Optional.of(new Account(WALLET, "CNY", 5, 0, 1)) : Optional.empty());
        }
      };
  private final AdminServer server =
      AdminServer.start("127.0.0.1", 0, ledger, ledger, new FakeHistory(), FakePruner.retention(new FakePruner()), token -> Optional.ofNullable(ACTORS.get(token)), new AdminServer.Health(() -> true, List::of, () -> ""));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private HttpResponse<String> post(String path, String token, String body) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).POST(HttpRequest.BodyPublishers.ofString(body));
    return http.send(request.header("Authorization", "Bearer " + token).header("Idempotency-Key", "k").build(), HttpResponse.BodyHandlers.ofString());
  }

  private void asks(String path, String token, String body, Command.Administer command) throws Exception {
    ledger.grants.clear();
    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.Booked(WALLET, 3, 1_000_000_000L, 0, false));
    HttpResponse<String> answer = post(path, token, body);
    assertThat(answer.body()).isEqualTo("{\"balance\":\"default/wallet\",\"sequence\":3,\"before\":\"1.000000000\",\"after\":\"0.000000000\",\"unit\":\"CNY\",\"repeated\":false}");
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(ledger.grants).containsExactly(command);
  }

  private static final ObjectName MONTH = FakeLedger.MONTH;
  private static final String TASKS = "/api/v1/budgets/default/month/tasks";

  private void task(String path, String body, Command.Task command, Envelope after) throws Exception {
    ledger.grants.clear();
    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.TaskSet(after, false));
    HttpResponse<String> answer = post(path, "o", body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(ledger.grants).containsExactly(command);
  }

  @Test
  void tasksAreOpenedExtendedAndClosedByAnOperator() throws Exception {
    Envelope open = new Envelope(MONTH, "t", Map.of("CNY", 2_500_000_000L), 1_000, 90_000_000_000_000L, false, "olga", "4711");
    task(
        TASKS, "{\"task\":\"t\",\"limits\":{\"CNY\":\"2.5\"},\"ttl\":\"24h30m\",\"reason\":\"4711\"}",
        new Command.OpenTask(MONTH, "t", Map.of("CNY", 2_500_000_000L), 88_200_000, "olga", "4711", "k"), open);
    task(TASKS + "/t/extend", "{\"ttl\":\"1h\",\"reason\":\"more\"}", new Command.ExtendTask(MONTH, "t", Map.of(), 3_600_000, "olga", "more", "k"), open);
    task(TASKS + "/t/close", "{\"reason\":\"done\"}", new Command.CloseTask(MONTH, "t", "olga", "done", "k"), open);

    HttpResponse<String> answer = post(TASKS, "o", "{\"task\":\"t\",\"reason\":\"x\"}");
    assertThat(answer.body())
        .startsWith("{\"budget\":\"default/month\",\"task\":\"t\",\"state\":\"Open\",\"limits\":[{\"unit\":\"CNY\",\"limit\":\"2.500000000\",\"spent\":")
        .contains("\"openedAt\":\"1970-01-01T00:00:01.000Z\"", "\"actor\":\"olga\",\"reason\":\"4711\",\"repeated\":false");
    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.Rejected("task_not_open", "task t is not open"));
    assertThat(post(TASKS + "/t/close", "o", "{\"reason\":\"x\"}").statusCode()).isEqualTo(422);
    assertThat(post(TASKS, "v", "{\"task\":\"t\",\"reason\":\"x\"}").statusCode()).isEqualTo(403);
    ledger.grants.clear();
    for (String bad : java.util.List.of("{\"task\":\"a b\",\"reason\":\"x\"}", "{\"task\":\"t\",\"ttl\":\"soon\",\"reason\":\"x\"}", "{\"task\":\"t\",\"ttl\":\"0h\",\"reason\":\"x\"}", "{\"task\":\"t\",\"limits\":{\"CNY\":1},\"reason\":\"x\"}", "{\"task\":\"t\"}")) {
      assertThat(post(TASKS, "o", bad).statusCode()).as(bad).isEqualTo(400);
    }
    assertThat(post("/api/v1/budgets/default/none/tasks", "o", "{\"task\":\"t\",\"reason\":\"x\"}").statusCode()).as("the ledger says whether there is one").isEqualTo(422);
    assertThat(ledger.grants).hasSize(1);
  }

  @Test
  void theActorIsTheNameOfTheToken() throws Exception {
    asks(BALANCE + "/adjustments", "t", "{\"amount\":\"-1.000000001\",\"reason\":\"count\"}", new Command.Adjust(WALLET, -1_000_000_001L, "tre", "count", "k"));
    asks("/api/v1/receipts/r1/refunds", "t", "{\"attempt\":2,\"amount\":\"1\",\"reason\":\"bad\"}", new Command.Refund("r1", 2, 1_000_000_000L, "tre", "bad", "k"));
    asks(BALANCE + "/grants/void", "t", "{\"grant\":\"admin/x\",\"reason\":\"mistake\"}", new Command.VoidGrant(WALLET, "admin/x", "tre", "mistake", "k"));
    asks(BALANCE + "/suspend", "o", "{\"reason\":\"audit\"}", new Command.Stand(WALLET, Standing.SUSPENDED, "olga", "audit", "k"));
    asks(BALANCE + "/resume", "o", "{\"reason\":\"audit\"}", new Command.Stand(WALLET, Standing.OPEN, "olga", "audit", "k"));
    asks(BALANCE + "/close", "t", "{\"reason\":\"end\"}", new Command.Stand(WALLET, Standing.CLOSED, "tre", "end", "k"));
    asks(
        BALANCE + "/grants",
        "t",
        "{\"amount\":\"1\",\"category\":\"Promotional\",\"priority\":7,\"startsAt\":\"1970-01-01T00:00:01Z\",\"expiresAt\":\"1970-01-01T02:00:02+02:00\",\"reason\":\"gift\"}",
        new Command.Grant(WALLET, 1_000_000_000L, new GrantTerms(true, 7, 1_000, 2_000), "tre", "gift", "k"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "adjustments  | {\"amount\":\"0\",\"reason\":\"x\"}",
        "adjustments  | {\"amount\":\"1.0000000001\",\"reason\":\"x\"}",
        "adjustments  | {\"amount\":\"-9223372037\",\"reason\":\"x\"}",
        "adjustments  | {\"amount\":\"--1\",\"reason\":\"x\"}",
        "adjustments  | {\"amount\":\"1\"}",
        "adjustments  | {\"amount\":\"1\",\"reason\":\" \"}",
        "adjustments  | {\"amount\":\"1\",\"reason\":\"half \\ud83d\"}",
        "grants       | {\"amount\":\"-1\",\"reason\":\"x\"}",
        "grants       | {\"amount\":\"1\",\"reason\":\"x\",\"priority\":1001}",
        "grants       | {\"amount\":\"1\",\"reason\":\"x\",\"priority\":1.5}",
        "grants       | {\"amount\":\"1\",\"reason\":\"x\",\"category\":\"Free\"}",
        "grants       | {\"amount\":\"1\",\"reason\":\"x\",\"expiresAt\":\"tomorrow\"}",
        "grants       | {\"amount\":\"1\",\"reason\":\"x\",\"startsAt\":\"2030-01-01T00:00:00Z\",\"expiresAt\":\"2029-01-01T00:00:00Z\"}",
        "grants/void  | {\"reason\":\"x\"}",
        "suspend      | {\"amount\":\"1\",\"reason\":\"x\"}",
      })
  void whatMeansNothingIsRefusedBeforeTheLedgerIsAsked(String route, String body) throws Exception {
    HttpResponse<String> answer = post(BALANCE + "/" + route, "t", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("\"code\":\"bad_request\"");
    assertThat(ledger.grants).isEmpty();
  }

  @Test
  void whoMayDoWhat() throws Exception {
    String reason = "{\"reason\":\"x\"}";
    assertThat(post(BALANCE + "/suspend", "v", reason).statusCode()).isEqualTo(403);
    assertThat(post(BALANCE + "/close", "o", reason).statusCode()).isEqualTo(403);
    assertThat(post(BALANCE + "/adjustments", "o", "{\"amount\":\"1\",\"reason\":\"x\"}").statusCode()).isEqualTo(403);
    assertThat(post("/api/v1/receipts/r1/refunds", "o", "{\"amount\":\"1\",\"reason\":\"x\"}").statusCode()).isEqualTo(403);
    assertThat(ledger.grants).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "receipt_not_found,404", "grant_not_found,404", "balance_closed,422", "balance_in_use,422", "balance_not_empty,422", "balance_insufficient,422", "refund_exceeds_charge,422",
    "attempt_not_charged,422", "idempotency_conflict,409", "grant_empty,422"
  })
  void whatTheLedgerRejects(String code, int status) throws Exception {
    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.Rejected(code, "because"));
    HttpResponse<String> answer = post("/api/v1/receipts/r1/refunds", "t", "{\"amount\":\"1\",\"reason\":\"x\"}");
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).contains(code);
  }

  @Test
  void lots() throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + BALANCE + "/lots")).header("Authorization", "Bearer v");
    JsonNode answer = new ObjectMapper().readTree(http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
    assertThat(answer.path("items").toString())
        .isEqualTo(
            "[{\"grant\":\"carried\",\"category\":\"Paid\",\"priority\":50,\"startsAt\":null,\"expiresAt\":null,\"remaining\":\"0.000000005\",\"reserved\":\"0.000000000\",\"started\":true}]");
  }
}
