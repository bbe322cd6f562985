package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Alert;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Budget;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.LedgerReads.ReceiptQuery;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The API over real HTTP, on a fake ledger. */
class AdminServerTest {
  private static final String GRANTS = "/api/v1/namespaces/default/balances/wallet/grants";
  private static final String GRANT = "{\"amount\":\"12.5\",\"reason\":\"bank transfer 4711\"}";
  private static final Map<String, Tokens.Actor> ACTORS =
      Map.of("v", new Tokens.Actor("vic", Tokens.Role.VIEWER), "o", new Tokens.Actor("olga", Tokens.Role.OPERATOR), "t", new Tokens.Actor("tre", Tokens.Role.TREASURER));

  private final FakeLedger ledger = new FakeLedger();
  private final FakeHistory history = new FakeHistory();
  private final AtomicBoolean ready = new AtomicBoolean(true);
  private final AtomicReference<List<String>> warnings = new AtomicReference<>(List.of());
  private final FakePruner pruner = new FakePruner();
  private final AdminServer server =
      AdminServer.start(
          "127.0.0.1",
          0,
          ledger,
          ledger,
          history,
          FakePruner.retention(pruner),
          token -> Optional.ofNullable(ACTORS.get(token)),
          new AdminServer.Health(ready::get, () -> List.of("no policy yet"), warnings::get, () -> "exchequer_holds_total 1.0\n"));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  @Test
  void whatNeedsNoToken() throws Exception {
    assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
    assertThat(get("/metrics", "").body()).contains("exchequer_holds_total");
    assertThat(get("/openapi.yaml", "").body()).startsWith("openapi: 3");
    assertThat(get("/readyz", "").statusCode()).isEqualTo(200);
    warnings.set(List.of("the clock is behind"));
    assertThat(get("/readyz", "").body()).isEqualTo("{\"ready\":true,\"reasons\":[],\"warnings\":[\"the clock is behind\"]}");
    warnings.set(List.of());
    ready.set(false);
    HttpResponse<String> answer = get("/readyz", "");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body()).isEqualTo("{\"ready\":false,\"reasons\":[\"no policy yet\"]}");
    assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
  }

  @Test
  void everyRouteIsDocumented() throws Exception {
    String document = get("/openapi.yaml", "").body();
    assertThat(document)
        .contains(
            "  /api/v1/receipts:", "  /api/v1/receipts/{id}:", "  /api/v1/receipts/{id}/explanation:", "  /api/v1/namespaces/{ns}/balances:",
            "  /api/v1/namespaces/{ns}/balances/{name}:", "  /api/v1/namespaces/{ns}/balances/{name}/entries:", "  /api/v1/namespaces/{ns}/balances/{name}/grants:",
            "  /api/v1/budgets:", "  /api/v1/refusals:", "  /api/v1/alerts:", "  /api/v1/budgets/{ns}/{name}/tasks:", "  /api/v1/budgets/{ns}/{name}/tasks/{task}/extend:", "  /api/v1/budgets/{ns}/{name}/tasks/{task}/close:", "  /api/v1/prunings:", "  /api/v1/prunings/preview:", "  /api/v1/usage:", "  /api/v1/statements/{ns}/{name}:", "  /api/v1/export/entries:", "  /api/v1/export/receipts:", "  /api/v1/export/house-corrections:", "  /api/v1/dry-run:", "  /healthz:", "  /readyz:", "  /metrics:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api/v1/receipts", "/api/v1/receipts/r1", "/api/v1/receipts/r1/explanation", "/api/v1/namespaces/default/balances", "/api/v1/budgets"})
  void withoutAValidToken(String path) throws Exception {
    assertThat(get(path, "wrong").statusCode()).isEqualTo(401);
    HttpResponse<String> answer = get(path, "");
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("www-authenticate")).hasValue("Bearer");
    assertThat(error(answer)).isEqualTo("invalid_token");
  }

  @Test
  void receiptsByFilter() throws Exception {
    HttpResponse<String> answer =
        get("/api/v1/receipts?key=default/ci&project=default/acme&route=&model=m&status=Denied&task=t&endUser=u&from=2026-01-01T00:00:00Z&cursor=c1&limit=7", "v");
    assertThat(answer.body()).isEqualTo("{\"items\":[" + FakeLedger.RECEIPT + "],\"nextCursor\":\"c2\"}");
    assertThat(ledger.lastQuery).isEqualTo(new ReceiptQuery("default/ci", "default/acme", null, "m", "Denied", "t", "u", 1_767_225_600_000L, null, "c1", 7));
  }

  @Test
  void fiftyReceiptsUnlessAsked() throws Exception {
    get("/api/v1/receipts", "v");
    assertThat(ledger.lastQuery).isEqualTo(new ReceiptQuery(null, null, null, null, null, null, null, null, null, null, 50));
  }

  @ParameterizedTest
  @CsvSource({
    "limit=0, limit must be", "limit=501, limit must be", "limit=x, limit must be", "status=Ok, status must be one of", "key=ci, default/ci", "from=yesterday, RFC 3339",
    "keys=a, no such parameter: keys", "cursor=nonsense, cursor must be", "task=a&task=b, task stands twice"
  })
  void badFilters(String query, String message) throws Exception {
    HttpResponse<String> answer = get("/api/v1/receipts?" + query, "v");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).isEqualTo("bad_request");
    assertThat(answer.body()).contains(message);
  }

  @Test
  void oneReceipt() throws Exception {
    assertThat(get("/api/v1/receipts/r1", "v").body()).isEqualTo(FakeLedger.RECEIPT);
    HttpResponse<String> text = get("/api/v1/receipts/r1/explanation", "v");
    assertThat(text.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain");
    assertThat(text.body()).startsWith("Receipt r1").contains("refused with 404 model_not_found: No route.");
    assertThat(error(get("/api/v1/receipts/r2", "v"))).isEqualTo("not_found");
    assertThat(get("/api/v1/receipts/r2/explanation", "v").statusCode()).isEqualTo(404);
    assertThat(error(get("/api/v1/nothing", "v"))).isEqualTo("not_found");
    assertThat(get(GRANTS, "t").statusCode()).isEqualTo(405);
  }

  @Test
  void balances() throws Exception {
    String wallet =
        "{\"name\":\"default/wallet\",\"project\":\"default/acme\",\"type\":\"Wallet\",\"unit\":\"CNY\",\"routeClasses\":[\"Direct\",\"Pool\"],"
            + "\"posted\":\"48.113990000\",\"held\":\"0.020000000\",\"available\":\"48.593990000\",\"overdraftLimit\":\"0.500000000\",\"suspended\":false,"
            + "\"sequence\":812,\"asOf\":\"1970-01-01T00:00:01.000Z\"}";
    assertThat(get("/api/v1/namespaces/default/balances/wallet", "v").body()).isEqualTo(wallet);
    JsonNode list = json(get("/api/v1/namespaces/default/balances", "v"));
    assertThat(list.path("items")).hasSize(2);
    assertThat(list.path("items").get(0).path("name").asText()).isEqualTo("default/orphan");
    assertThat(list.path("items").get(0).path("project").isNull()).isTrue();
    assertThat(list.path("items").get(1).toString()).isEqualTo(wallet);
    assertThat(get("/api/v1/namespaces/default/balances/none", "v").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/namespaces/default/balances/a%2Fb", "v").statusCode()).isBetween(400, 404);
  }

  @Test
  void balancesOfThePast() throws Exception {
    String then =
        "{\"name\":\"default/wallet\",\"project\":\"default/acme\",\"type\":\"Wallet\",\"unit\":\"CNY\",\"routeClasses\":[\"Direct\",\"Pool\"],"
            + "\"posted\":\"1.000000000\",\"held\":null,\"available\":null,\"overdraftLimit\":null,\"suspended\":null,"
            + "\"sequence\":1,\"asOf\":\"1970-01-01T00:00:01.999Z\"}";
    assertThat(get("/api/v1/namespaces/default/balances/wallet?at=1970-01-01T00:00:01.999Z", "v").body()).isEqualTo(then);
    JsonNode list = json(get("/api/v1/namespaces/default/balances?at=1970-01-01T01:00:01.999%2B01:00", "v"));
    assertThat(list.path("items")).hasSize(1);
    assertThat(list.path("items").get(0).toString()).isEqualTo(then);
    assertThat(get("/api/v1/namespaces/default/balances/none?at=1970-01-01T00:00:02Z", "v").statusCode()).isEqualTo(404);
    HttpResponse<String> future = get("/api/v1/namespaces/default/balances?at=2999-01-01T00:00:00Z", "v");
    assertThat(future.statusCode()).isEqualTo(400);
    assertThat(future.body()).contains("at must not be later than now");
    assertThat(get("/api/v1/namespaces/default/balances?at=yesterday", "v").body()).contains("at must be an RFC 3339 time");
    assertThat(get("/api/v1/namespaces/default/balances?asOf=2026-01-01T00:00:00Z", "v").body()).contains("no such parameter: asOf; there are [at]");
  }

  @Test
  void entries() throws Exception {
    assertThat(get("/api/v1/namespaces/default/balances/wallet/entries", "v").body())
        .isEqualTo(
            "{\"items\":[{\"balance\":\"default/wallet\",\"sequence\":2,\"time\":\"1970-01-01T00:00:02.000Z\",\"kind\":\"Charge\",\"amount\":\"-0.004210000\","
                + "\"before\":\"1.000000000\",\"after\":\"0.995790000\",\"receipt\":\"r1\",\"attempt\":2,\"actor\":null,\"reason\":null,\"allocations\":[]},"
                + "{\"balance\":\"default/wallet\",\"sequence\":1,\"time\":\"1970-01-01T00:00:01.000Z\",\"kind\":\"Grant\",\"amount\":\"1.000000000\","
                + "\"before\":\"0.000000000\",\"after\":\"1.000000000\",\"receipt\":null,\"attempt\":null,\"actor\":\"policy\",\"reason\":\"initial grant start\",\"allocations\":[]}],"
                + "\"nextCursor\":null}");
    assertThat(get("/api/v1/namespaces/default/balances/none/entries", "v").statusCode()).isEqualTo(404);
  }

  @Test
  void budgets() throws Exception {
    JsonNode items = json(get("/api/v1/budgets", "v")).path("items");
    assertThat(items.get(0).toString())
        .isEqualTo(
            "{\"name\":\"default/month\",\"target\":{\"kind\":\"Project\",\"name\":\"default/acme\"},\"per\":\"Task\",\"value\":\"build\",\"unit\":\"CNY\","
                + "\"limit\":\"10.000000000\",\"spent\":\"4.000000000\",\"held\":\"1.000000000\",\"remaining\":\"5.000000000\","
                + "\"windowStart\":\"1970-01-01T00:00:01.000Z\",\"windowEnd\":\"1970-01-01T00:00:02.000Z\",\"mode\":\"Enforce\"}");
    assertThat(items.get(1).path("limit").isNull()).isTrue();
    assertThat(items.get(1).path("windowEnd").isNull()).isTrue();

    history.tasks.add(new Envelope(new ObjectName("default", "month"), "build", Map.of("CNY", 6_000_000_000L), 0, 0, false, "olga", "a small one"));
    JsonNode own = json(get("/api/v1/budgets", "v")).path("items").get(0);
    assertThat(own.path("limit").asText()).as("the label's own cap").isEqualTo("6.000000000");
    assertThat(own.path("remaining").asText()).isEqualTo("1.000000000");
  }

  @Test
  void refusalsThatWereOnlyCounted() throws Exception {
    HttpResponse<String> answer = get("/api/v1/refusals?key=default/ci&from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z&limit=3", "v");
    assertThat(answer.body())
        .isEqualTo("{\"items\":[{\"apiKey\":\"default/ci\",\"second\":\"2026-01-01T00:00:00.000Z\",\"code\":\"rate_limited\",\"count\":4711}],\"nextCursor\":\"c2\"}");
    assertThat(history.lastQuery).isEqualTo(new RefusalQuery("default/ci", 1_767_225_600_000L, 1_769_904_000_000L, null, 3));
    assertThat(get("/api/v1/refusals?cursor=nonsense", "v").statusCode()).isEqualTo(400);
    assertThat(get("/api/v1/refusals?code=x", "v").body()).contains("no such parameter: code");
    assertThat(get("/api/v1/refusals", "").statusCode()).isEqualTo(401);
  }

  @Test
  void alertsAndWhatBecameOfThem() throws Exception {
    ObjectName cap = ObjectName.parse("default/cap");
    Budget.Target target = new Budget.Target(Budget.TargetKind.API_KEY, ObjectName.parse("default/ci"));
    history.alerts.add(
        new LedgerHistory.AlertRow(
            new Alert.BudgetAt("alert_2", 1_767_225_600_000L, cap, target, "nightly", "CNY", 80, 5_000_000_000L, 4_000_000_001L, 1_767_225_600_000L, 0, false), 3, 1_767_225_700_000L, null,
            "the receiver answered 500"));
    history.alerts.add(
        new LedgerHistory.AlertRow(
            new Alert.BalanceBelow("alert_1", 1_767_225_600_000L, FakeLedger.WALLET, ObjectName.parse("default/acme"), "CNY", 10_000_000_000L, -1, 8), 1, null, 1_767_225_600_001L, null));
    assertThat(get("/api/v1/alerts?limit=3", "v").body())
        .isEqualTo(
            "{\"items\":[{\"id\":\"alert_2\",\"type\":\"budget.at_percent\",\"time\":\"2026-01-01T00:00:00.000Z\",\"state\":\"Pending\",\"attempts\":3,"
                + "\"nextAttempt\":\"2026-01-01T00:01:40.000Z\",\"deliveredAt\":null,\"error\":\"the receiver answered 500\",\"data\":{\"id\":\"alert_2\",\"budget\":\"default/cap\","
                + "\"target\":{\"kind\":\"ApiKey\",\"name\":\"default/ci\"},\"value\":\"nightly\",\"unit\":\"CNY\",\"percent\":80,\"limit\":\"5.000000000\",\"spent\":\"4.000000001\","
                + "\"windowStart\":\"2026-01-01T00:00:00.000Z\",\"windowEnd\":null,\"mode\":\"Enforce\"}},"
                + "{\"id\":\"alert_1\",\"type\":\"balance.below\",\"time\":\"2026-01-01T00:00:00.000Z\",\"state\":\"Delivered\",\"attempts\":1,\"nextAttempt\":null,"
                + "\"deliveredAt\":\"2026-01-01T00:00:00.001Z\",\"error\":null,\"data\":{\"id\":\"alert_1\",\"balance\":\"default/wallet\",\"project\":\"default/acme\","
                + "\"unit\":\"CNY\",\"mark\":\"10.000000000\",\"posted\":\"-0.000000001\",\"sequence\":8}}],\"nextCursor\":null}");
    assertThat(get("/api/v1/alerts?cursor=nonsense", "v").statusCode()).isEqualTo(400);
    assertThat(get("/api/v1/alerts", "").statusCode()).isEqualTo(401);
  }

  @Test
  void usage() throws Exception {
    String body =
        """
        {"project":"default/acme","apiKey":"default/ci","task":null,"requestedModel":"m","route":"default/r","hops":[
          {"hop":1,"attempt":1,"name":"official","routeClass":"Direct","usage":{"meters":{},"source":"None"},"charge":"0.000000000","unit":"CREDIT"},
          {"hop":2,"attempt":2,"name":"pool","routeClass":"Pool","usage":{"meters":{"Input":180,"Output":24},"source":"Estimated"},"charge":"0.004210001","unit":"CNY","houseCost":{"amount":"0.000300000","unit":"USD"}},
          {"hop":3,"attempt":null,"name":"other","routeClass":"Pool","usage":null,"charge":null,"unit":null}]}""";
    history.receipts.add(new LedgerHistory.ReceiptRow("r1", 1_793_000_000_000L, body, List.of(new LedgerHistory.Later("Correction", 2, "CNY", -1))));
    JsonNode answer = json(get("/api/v1/usage?groupBy=key,routeClass&granularity=month&timeZone=Europe/Berlin&from=2026-10-01&to=2026-11-01T00:00:00%2B01:00", "v"));
    assertThat(answer.path("from").asText()).isEqualTo("2026-09-30T22:00:00.000Z");
    assertThat(history.to).isEqualTo(1_793_487_600_000L);
    assertThat(answer.path("refusalsWithoutReceipt").asLong()).isEqualTo(4711);
    assertThat(answer.path("items")).hasSize(2);
    assertThat(answer.path("items").get(1).toString())
        .isEqualTo(
            "{\"period\":\"2026-10\",\"start\":\"2026-09-30T22:00:00.000Z\",\"end\":\"2026-10-31T23:00:00.000Z\",\"key\":\"default/ci\",\"routeClass\":\"Pool\",\"requests\":1,"
                + "\"attempts\":1,\"withUsage\":1,\"meters\":{\"Input\":180,\"Output\":24},\"charges\":[{\"unit\":\"CNY\",\"charge\":\"0.004210002\"}],"
                + "\"costs\":[{\"unit\":\"USD\",\"cost\":\"0.000300000\"}],\"margins\":[],\"costUnknown\":0,\"estimated\":0,\"estimatedShare\":\"0.0000\"}");
    assertThat(answer.path("items").get(0).path("estimatedShare").isNull()).isTrue();
    JsonNode running = json(get("/api/v1/usage", "v"));
    assertThat(running.path("from").asText()).endsWith("-01T00:00:00.000Z");
    assertThat(running.path("granularity").asText()).isEqualTo("none");
    assertThat(running.path("timeZone").asText()).isEqualTo("UTC");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "usage?groupBy=color; groupBy must be a list of project,key,task,model,routeClass,hop,provider,servedModel,balance", "usage?groupBy=key,key; groupBy has key twice", "usage?granularity=week; granularity must be one of none, hour, day, month",
        "usage?timeZone=Mars; timeZone must be a time zone", "usage?from=2026-02-30; from must be a day", "usage?from=2026-02-02&to=2026-02-02; from must be before to",
        "usage?group=key; no such parameter: group", "statements/default/wallet?month=November; month must be a month like 2026-11",
        "statements/default/wallet?month=-999999999-01; month must be a month like 2026-11", "statements/default/wallet?month=2999-01; month must not be later than now", "statements/default/wallet?timeZone=x; timeZone must be"
      })
  void badReports(String path, String message) throws Exception {
    HttpResponse<String> answer = get("/api/v1/" + path, "v");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(message);
  }

  @Test
  void statements() throws Exception {
    history.opening = new LedgerHistory.Opening("CNY", 1_000_000_000L, 7);
    EntryRow grant = new EntryRow("default/wallet", 8, 1, "Grant", 5_000_000_000L, 1_000_000_000L, 6_000_000_000L, null, null, "ann", "x");
    EntryRow charge = new EntryRow("default/wallet", 9, 2, "Charge", -4_210_000, 6_000_000_000L, 5_995_790_000L, "r1", 1, null, null);
    history.entries.add(new LedgerHistory.PostedRow(grant, null, null));
    history.entries.add(new LedgerHistory.PostedRow(charge, "default/ci", "m"));
    assertThat(get("/api/v1/statements/default/wallet?month=2025-10&timeZone=Europe/Berlin", "v").body())
        .isEqualTo(
            "{\"balance\":\"default/wallet\",\"unit\":\"CNY\",\"month\":\"2025-10\",\"timeZone\":\"Europe/Berlin\",\"from\":\"2025-09-30T22:00:00.000Z\",\"to\":\"2025-10-31T23:00:00.000Z\","
                + "\"complete\":true,\"opening\":\"1.000000000\",\"closing\":\"5.995790000\",\"firstEntry\":8,\"lastEntry\":9,"
                + "\"kinds\":[{\"kind\":\"Charge\",\"entries\":1,\"amount\":\"-0.004210000\"},{\"kind\":\"Grant\",\"entries\":1,\"amount\":\"5.000000000\"}],"
                + "\"requests\":[{\"key\":\"default/ci\",\"model\":\"m\",\"entries\":1,\"amount\":\"-0.004210000\"}]}");
    assertThat(json(get("/api/v1/statements/default/wallet", "v")).path("complete").asBoolean()).isFalse();
    assertThat(get("/api/v1/statements/default/none", "v").statusCode()).isEqualTo(404);
    assertThat(get("/api/v1/statements/default/wallet", "").statusCode()).isEqualTo(401);
    history.opening = new LedgerHistory.Opening("CNY", 1, 7);
    assertThat(get("/api/v1/statements/default/wallet", "v").statusCode()).as("a ledger that does not add up makes no statement").isEqualTo(500);
  }

  @Test
  void aGrant() throws Exception {
    HttpResponse<String> answer = grant("t", "k1", GRANT);
    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body())
        .isEqualTo("{\"balance\":\"default/wallet\",\"sequence\":3,\"before\":\"1.000000000\",\"after\":\"13.500000000\",\"unit\":\"CNY\",\"repeated\":false}");
    assertThat(ledger.grants).containsExactly(new Command.Grant(FakeLedger.WALLET, 12_500_000_000L, "tre", "bank transfer 4711", "k1"));

    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.Granted(FakeLedger.WALLET, 3, 0, 1, true));
    assertThat(grant("t", "k1", GRANT).statusCode()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"balance_not_found,404", "unknown_balance,404", "idempotency_conflict,409", "amount_too_large,422"})
  void grantsThatTheLedgerRejects(String code, int status) throws Exception {
    ledger.grantAnswer = CompletableFuture.completedFuture(new Result.Rejected(code, "because"));
    HttpResponse<String> answer = grant("t", "k1", GRANT);
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.body()).isEqualTo("{\"error\":{\"message\":\"because\",\"code\":\"" + code + "\"}}");
  }

  @Test
  void grantsWhileTheLedgerIsDown() throws Exception {
    ledger.grantAnswer = CompletableFuture.failedFuture(new LedgerUnavailable("down"));
    HttpResponse<String> answer = grant("t", "k1", GRANT);
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(error(answer)).isEqualTo("accounting_unavailable");
  }

  @Test
  void onlyTheTreasurerGrants() throws Exception {
    assertThat(grant("v", "k1", GRANT).statusCode()).isEqualTo(403);
    assertThat(grant("o", "k1", GRANT).statusCode()).isEqualTo(403);
    assertThat(grant("", "k1", GRANT).statusCode()).isEqualTo(401);
    assertThat(ledger.grants).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "[]", "{\"amount\":\"1\"}", "{\"amount\":\"1\",\"reason\":\"  \"}", "{\"amount\":\"1\",\"reason\":5}", "{\"amount\":1,\"reason\":\"x\"}",
        "{\"amount\":\"0\",\"reason\":\"x\"}", "{\"amount\":\"-1\",\"reason\":\"x\"}", "{\"amount\":\"1e3\",\"reason\":\"x\"}", "{\"amount\":\"1.0000000001\",\"reason\":\"x\"}",
        "{\"amount\":\"9223372037\",\"reason\":\"x\"}", "{\"amount\":\"1\",\"reason\":\"x\",\"unit\":\"CNY\"}", "{\"amount\":\"1\",\"amount\":\"2\",\"reason\":\"x\"}",
        "{\"amount\":\"1\",\"reason\":\"x\"} {}"
      })
  void grantsThatAreNotUnderstood(String body) throws Exception {
    HttpResponse<String> answer = grant("t", "k1", body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer)).isEqualTo("bad_request");
    assertThat(ledger.grants).isEmpty();
  }

  @Test
  void aGrantNeedsAnIdempotencyKey() throws Exception {
    assertThat(grant("t", "", GRANT).statusCode()).isEqualTo(400);
    assertThat(grant("t", "x".repeat(256), GRANT).statusCode()).isEqualTo(400);
    assertThat(ledger.grants).isEmpty();
  }

  @Test
  void aBodyThatIsTooLarge() throws Exception {
    HttpResponse<String> answer = grant("t", "k1", "{\"amount\":\"1\",\"reason\":\"" + "x".repeat(70_000) + "\"}");
    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(error(answer)).isEqualTo("request_too_large");
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    return send(request(path, token).GET());
  }

  private HttpResponse<String> grant(String token, String key, String body) throws Exception {
    HttpRequest.Builder request = request(GRANTS, token).POST(HttpRequest.BodyPublishers.ofString(body));
    return send(key.isEmpty() ? request : request.header("Idempotency-Key", key));
  }

  private HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> answer) throws Exception {
    return new ObjectMapper().readTree(answer.body());
  }

  private static String error(HttpResponse<String> answer) throws Exception {
    JsonNode error = json(answer).path("error");
    assertThat(error.path("message").asText()).isNotEmpty();
    return error.path("code").asText();
  }
}
