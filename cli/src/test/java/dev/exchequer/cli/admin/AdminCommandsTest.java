package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands against an admin API that answers what the test says. */
class AdminCommandsTest {
  private static final String RECEIPTS =
      """
      {"items":[{"id":"r1","time":"2026-01-02T03:04:05.678Z","status":"Succeeded","project":"default/acme","apiKey":"default/ci","requestedModel":"premium",
       "finalHop":2,"error":null,"totals":[{"unit":"CNY","charge":"0.000220000"}],
       "hops":[{"hop":1,"name":"official","routeClass":"Direct"},{"hop":2,"name":"pool","routeClass":"Pool"}]}],"nextCursor":null}""";
  private static final String BALANCE =
      """
      {"name":"default/wallet","project":"default/acme","type":"Wallet","unit":"CNY","routeClasses":["Pool"],"posted":"57.000000000","held":"0.500000000",
       "available":"56.500000000","suspended":false}""";

  private static final String BOOKED =
      """
      {"balance":"default/wallet","sequence":9,"before":"50.000000000","after":"57.000000000","unit":"CNY","repeated":false}""";
  private static final String TASKS =
      """
      {"items":[{"budget":"default/agents","task":"nightly","state":"Open","limits":[{"unit":"CNY","limit":"2.500000000","spent":"1.200000000","held":"0.100000000","remaining":"1.200000000"}],
       "openedAt":"2026-11-26T17:00:00.000Z","expiresAt":"2026-11-27T17:00:00.000Z","lastUsed":"2026-11-26T17:01:00.000Z","actor":"jane","reason":"4711"}],"nextCursor":null}""";
  private static final String ALERTS =
      """
      {"items":[{"id":"a1","type":"balance.below","time":"2026-11-26T17:00:00.000Z","state":"Delivered","attempts":1,"nextAttempt":null,"deliveredAt":"2026-11-26T17:00:01.000Z","error":null,
       "data":{"id":"a1","balance":"default/wallet","project":"default/acme","unit":"CNY","mark":"50.000000000","posted":"49.998100000","sequence":812}},
       {"id":"a2","type":"budget.at_percent","time":"2026-11-26T17:00:00.000Z","state":"GivenUp","attempts":170,"nextAttempt":null,"deliveredAt":null,"error":"the receiver answered 500",
       "data":{"id":"a2","budget":"default/tasks","value":"nightly","unit":"CNY","percent":80,"limit":"5.000000000","spent":"4.120000000"}}],"nextCursor":null}""";
  private static final String LOTS =
      """
      {"balance":"default/wallet","unit":"CNY","posted":"57.000000000","debt":"0.000000000","suspended":false,"closed":false,"items":[{"grant":"admin/k1",
       "category":"Promotional","priority":5,"startsAt":null,"expiresAt":"2027-01-01T00:00:00.000Z","remaining":"57.000000000","reserved":"1.000000000","started":true}]}""";

  private static final String PAST_BALANCE =
      """
      {"name":"default/wallet","project":"default/acme","type":"Wallet","unit":"CNY","routeClasses":["Pool"],"posted":"60.000000000","held":null,
       "available":null,"suspended":null}""";

  private static final String STATEMENT =
      """
      {"balance":"team/wallet","unit":"CNY","month":"2026-10","timeZone":"Europe/Berlin","complete":true,"opening":"1.000000000","closing":"5.995790000","firstEntry":8,"lastEntry":9,
       "kinds":[{"kind":"Charge","entries":1,"amount":"-0.004210000"},{"kind":"Grant","entries":1,"amount":"5.000000000"}],
       "requests":[{"key":"default/ci","model":"premium","entries":1,"amount":"-0.004210000"},{"key":null,"model":null,"entries":0,"amount":"0.000000000"}]}""";

  private String usage =
      """
      {"from":"2026-09-30T22:00:00.000Z","to":"2026-10-31T23:00:00.000Z","timeZone":"Europe/Berlin","granularity":"day","groupBy":["project","routeClass"],"items":[
       {"period":"2026-10-25","project":"default/acme","routeClass":"Pool","requests":3,"attempts":4,"meters":{"Output":24,"Input":180,"Request":3},
        "charges":[{"unit":"CNY","charge":"0.004210000"},{"unit":"CREDIT","charge":"1.000000000"}],"estimated":1,"estimatedShare":"0.3333"},
       {"period":"2026-10-26","project":"default/acme","routeClass":null,"requests":1,"attempts":0,"meters":{},"charges":[],"estimated":0,"estimatedShare":null}]}""";
  private String refusals = "{\"items\":[],\"nextCursor\":null}";
  private final List<String> asked = new ArrayList<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path data = Path.of("");
  private HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void running() throws IOException {
    server.createContext("/", this::answer);
    server.start();
    Files.createDirectories(data.resolve("run"));
    Files.writeString(data.resolve("run/admin-port"), server.getAddress().getPort() + "\n");
    Files.writeString(data.resolve("admin.token"), "secret\n");
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("authorization") + " " + exchange.getRequestHeaders().getFirst("idempotency-key") + " " + body);
    String path = exchange.getRequestURI().getPath();
    String answer =
        switch (path) {
          case "/api/v1/receipts" -> RECEIPTS;
          case "/api/v1/refusals" -> refusals;
          case "/api/v1/usage" -> usage;
          case "/api/v1/statements/team/wallet" -> STATEMENT;
          case "/api/v1/receipts/r1/explanation" -> "r1 was served by pool.\n";
          case "/api/v1/dry-run" ->
              "text/plain".equals(exchange.getRequestHeaders().getFirst("accept")) ? "Dry run  premium\n" : "{\"decision\":\"Held\",\"error\":null}";
          case "/api/v1/namespaces/default/balances" ->
              "{\"items\":[" + (exchange.getRequestURI().getRawQuery() == null ? BALANCE : PAST_BALANCE) + "],\"nextCursor\":null}";
          case "/api/v1/namespaces/default/balances/wallet" -> BALANCE;
          case "/api/v1/namespaces/default/balances/wallet/lots" -> LOTS;
          case "/api/v1/alerts" -> ALERTS;
          case "/api/v1/budgets/default/agents/tasks" -> exchange.getRequestMethod().equals("POST") ? BOOKED : TASKS;
          default -> exchange.getRequestMethod().equals("POST") ? BOOKED : "{\"error\":{\"message\":\"no such thing\"}}";
        };
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.contains("\"error\":{") ? 404 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private int run(Object command, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data", data.toString()));
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler((exception, failed, parsed) -> {
      failed.getErr().println(exception.getMessage());
      return exception instanceof CommandFailed ? 1 : 99;
    });
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void balances() {
    assertThat(run(new BalancesCommand())).isZero();
    assertThat(asked).containsExactly("GET /api/v1/namespaces/default/balances Bearer secret null ");
    assertThat(out.toString()).isEqualTo(
        """
        NAME            PROJECT       TYPE    PAYS FOR  UNIT  POSTED  HELD  AVAILABLE  STATE
        default/wallet  default/acme  Wallet  Pool      CNY       57   0.5       56.5  open
        """);
  }

  @Test
  void balancesOfThePastSayWhatIsNotKnown() {
    assertThat(run(new BalancesCommand(), "--at", "2026-10-31T23:59:59+01:00")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/namespaces/default/balances?at=2026-10-31T23%3A59%3A59%2B01%3A00 ");
    assertThat(out.toString()).isEqualTo(
        """
        NAME            PROJECT       TYPE    PAYS FOR  UNIT  POSTED  HELD  AVAILABLE  STATE
        default/wallet  default/acme  Wallet  Pool      CNY       60     -          -  -
        """);
  }

  @Test
  void balancesAsJson() {
    assertThat(run(new BalancesCommand(), "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"posted\" : \"57.000000000\"");
  }

  @Test
  void receipts() {
    assertThat(run(new ReceiptsCommand(), "--end-user", "a b&c", "--limit", "3")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/receipts?endUser=a%20b%26c&limit=3 ");
    assertThat(out.toString()).contains("r1").contains("pool (Pool, hop 2)").contains("0.00022 CNY");
  }

  @Test
  void receiptsTellOfRefusalsThatHaveNone() {
    refusals =
        """
        {"items":[{"apiKey":"default/ci","second":"2026-01-02T03:04:06.000Z","code":"rate_limited","count":700},
          {"apiKey":"default/ci","second":"2026-01-02T03:04:05.000Z","code":"model_not_found","count":25}],"nextCursor":null}""";
    assertThat(run(new ReceiptsCommand(), "--key", "default/ci", "--from", "2026-01-02T01:00:00.678+01:00")).isZero();
    assertThat(asked.get(1)).as("from the beginning of its second on").startsWith("GET /api/v1/refusals?key=default%2Fci&from=2026-01-02T00%3A00%3A00Z&limit=500 ");
    assertThat(out.toString()).contains("725 more refusals of default/ci have no receipt");
    out.getBuffer().setLength(0);
    asked.clear();
    assertThat(run(new ReceiptsCommand(), "--project", "default/acme")).isZero();
    assertThat(run(new ReceiptsCommand(), "-o", "json")).isZero();
    assertThat(asked).as("they are known by key and time only").noneMatch(call -> call.contains("refusals"));
    assertThat(out.toString()).doesNotContain("no receipt");
  }

  @Test
  void usage() {
    assertThat(run(new UsageCommand(), "--group-by", "project,routeClass", "--granularity", "day", "--time-zone", "Europe/Berlin", "--from", "2026-10-01")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/usage?groupBy=project%2CrouteClass&granularity=day&timeZone=Europe%2FBerlin&from=2026-10-01 ");
    assertThat(out.toString()).isEqualTo(
        """
        PERIOD      PROJECT       ROUTE CLASS  REQUESTS  ATTEMPTS  INPUT  OUTPUT  REQUEST                  CHARGE  ESTIMATED
        2026-10-25  default/acme  Pool                3         4    180      24        3  0.00421 CNY + 1 CREDIT     33.33%
        2026-10-26  default/acme  -                   1         0      -       -        -                       -          -
        """);
  }

  @Test
  void usageShowsCostAndMarginWhereSomethingIsBilled() {
    usage =
        """
        {"from":"a","to":"b","granularity":"none","groupBy":["provider"],"items":[
         {"provider":"default/openai","requests":2,"attempts":3,"meters":{},"charges":[{"unit":"CNY","charge":"0.5"}],"costs":[{"unit":"CNY","cost":"0.2"}],"margins":[{"unit":"CNY","margin":"0.3"}],"costUnknown":0},
         {"provider":"default/relay","requests":1,"attempts":1,"meters":{},"charges":[{"unit":"CNY","charge":"0.5"}],"costs":[{"unit":"USD","cost":"0.1"}],"margins":[],"costUnknown":2}],
         "refusalsWithoutReceipt":0}
        """;
    assertThat(run(new UsageCommand())).isZero();
    assertThat(out.toString()).contains("COST", "MARGIN").containsPattern("openai +2 +3 +0.5 CNY +0.2 CNY +0.3 CNY").containsPattern("relay +1 +1 +0.5 CNY +0.1 USD +-")
        .endsWith("\n2 attempts have an unknown cost: no rate of their provider's costSheetRef fits. They are in no COST and no MARGIN.\n");
  }

  @Test
  void usageTellsOfRefusalsThatAreInNoRow() {
    usage = "{\"from\":\"a\",\"to\":\"b\",\"granularity\":\"none\",\"groupBy\":[],\"items\":[],\"refusalsWithoutReceipt\":4711}";
    assertThat(run(new UsageCommand())).isZero();
    assertThat(out.toString()).isEqualTo("No usage from a to b.\n\n4711 more requests were refused without a receipt (GET /api/v1/refusals).\n");
  }

  @Test
  void reconcile() throws IOException {
    usage =
        """
        {"items":[{"period":"2026-11-01","provider":"default/relay","servedModel":"m","balance":"default/wallet","withUsage":3,"estimated":1,
         "meters":{"Input":60,"CacheRead":40,"Output":10},"charges":[{"unit":"CNY","charge":"1.000000000"}]}]}""";
    Path invoice = Files.writeString(data.resolve("invoice.csv"), "day,model,in,total\n2026-11-01,m,100,1.25\n2026-11-02,n,7,0\n");
    String[] options = {
      invoice.toString(), "--provider", "relay", "--date-column", "day", "--input-column", "in", "--cost-column", "total", "--unit", "CNY", "--time-zone", "Asia/Shanghai"
    };
    assertThat(run(new ReconcileCommand(), options)).isEqualTo(3);
    assertThat(asked).singleElement().asString().startsWith("GET /api/v1/usage?groupBy=provider%2CservedModel%2Cbalance&granularity=day&timeZone=Asia%2FShanghai&from=2026-11-01&to=2026-11-03 ");
    assertThat(out.toString()).isEqualTo(
        """
        DAY         MODEL  WHAT      INVOICE  RECEIPTS  DIFFERENCE  NOTE
        2026-11-01  m      COST CNY     1.25         1       +0.25  1 estimated
        2026-11-02  n      INPUT           7         0          +7  no receipt
        all         m      COST CNY     1.25         1       +0.25
        all         n      INPUT           7         0          +7

        0 of 2 days and models agree.

        Proposed, not made (above 0 is given back; -o json has them as the body of an adjustment):
        BALANCE         MODEL  ADJUSTMENT  IDEMPOTENCY KEY
        default/wallet  m       -0.25 CNY  reconcile/45ba8a0f6ee8a0d2/m/default/wallet
        """.replace("45ba8a0f6ee8a0d2", out.toString().replaceAll("(?s).*reconcile/([0-9a-f]{16})/.*", "$1")));
    out.getBuffer().setLength(0);
    String[] json = java.util.Arrays.copyOf(options, options.length + 2);
    json[options.length] = "-o";
    json[options.length + 1] = "json";
    assertThat(run(new ReconcileCommand(), json)).isEqualTo(3);
    JsonNode answer = AdminClient.JSON.readTree(out.toString());
    assertThat(answer.path("proposals").path(0).path("amount").asText()).isEqualTo("-0.250000000");
    assertThat(answer.path("rows").path(0).path("values").path(0).toString())
        .isEqualTo("{\"what\":\"input\",\"invoice\":\"100\",\"receipts\":\"100\",\"difference\":\"0\",\"differs\":false}");
    assertThat(asked).as("it reads only").allMatch(call -> call.startsWith("GET "));
  }

  @Test
  void reconcileSaysWhatItNeeds() throws IOException {
    Path invoice = Files.writeString(data.resolve("invoice.csv"), "date,model\nx,m\n");
    assertThat(run(new ReconcileCommand(), invoice.toString(), "--provider", "relay")).isEqualTo(2);
    assertThat(run(new ReconcileCommand(), invoice.toString(), "--provider", "relay", "--cost-column", "x")).isEqualTo(2);
    assertThat(run(new ReconcileCommand(), invoice.toString(), "--provider", "relay", "--input-column", "in", "--house-cost")).isEqualTo(2);
    assertThat(run(new ReconcileCommand(), invoice.toString(), "--provider", "relay", "--cost-column", "x", "--unit", "USD", "--house-cost", "--markup", "1.1")).isEqualTo(2);
    assertThat(run(new ReconcileCommand(), invoice.toString(), "--provider", "relay", "--input-column", "in")).isEqualTo(1);
    assertThat(run(new ReconcileCommand(), data.resolve("none.csv").toString(), "--provider", "relay", "--input-column", "in")).isEqualTo(1);
    assertThat(err.toString()).contains("say what to compare", "--cost-column and --unit go together", "invoice.csv: no column in: the file has date, model", "cannot read");
    assertThat(asked).isEmpty();
  }

  @Test
  void noUsage() {
    usage = "{\"from\":\"a\",\"to\":\"b\",\"granularity\":\"none\",\"groupBy\":[],\"items\":[]}";
    assertThat(run(new UsageCommand())).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/usage ");
    assertThat(out.toString()).isEqualTo("No usage from a to b.\n");
  }

  @Test
  void statement() {
    assertThat(run(new StatementCommand(), "team/wallet", "--month", "2026-10", "--time-zone", "Europe/Berlin")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/statements/team/wallet?month=2026-10&timeZone=Europe%2FBerlin ");
    assertThat(out.toString()).isEqualTo(
        """
        Statement of team/wallet, 2026-10 (Europe/Berlin)
                 ENTRIES       CNY
        Opening                  1
        Charge         1  -0.00421
        Grant          1         5
        Closing            5.99579

        KEY         MODEL    ENTRIES       CNY
        default/ci  premium        1  -0.00421
        -           -              0         0
        """);
    assertThat(run(new StatementCommand(), "a/b/c")).isEqualTo(2);
    assertThat(run(new StatementCommand(), "nobody")).isEqualTo(1);
  }

  @Test
  void explainLast() {
    assertThat(run(new ExplainCommand(), "last")).isZero();
    assertThat(out.toString()).isEqualToNormalizingNewlines("r1 was served by pool.\n");
    assertThat(asked.get(0)).startsWith("GET /api/v1/receipts?limit=1 ");
  }

  @Test
  void explainSomethingUnknown() {
    assertThat(run(new ExplainCommand(), "nope")).isEqualTo(1);
    assertThat(err.toString()).contains("404").contains("no such thing");
  }

  @Test
  void grant() {
    assertThat(run(new GrantCommand(), "wallet", "7", "--reason", "transfer", "--idempotency-key", "k1")).isZero();
    assertThat(asked.get(0)).isEqualTo("POST /api/v1/namespaces/default/balances/wallet/grants Bearer secret k1 {\"amount\":\"7\",\"reason\":\"transfer\"}");
    assertThat(out.toString()).isEqualToNormalizingNewlines("Granted 7 to default/wallet 50 -> 57 CNY (entry 9).\n");
  }

  @Test
  void aGrantWithTerms() {
    assertThat(run(new GrantCommand(), "wallet", "7", "--promotional", "--priority", "5", "--expires-at", "2027-01-01T00:00:00Z", "--reason", "gift", "--idempotency-key", "k1")).isZero();
    assertThat(asked.get(0)).endsWith("{\"amount\":\"7\",\"category\":\"Promotional\",\"priority\":5,\"expiresAt\":\"2027-01-01T00:00:00Z\",\"reason\":\"gift\"}");
  }

  @Test
  void whatChangesMoney() {
    assertThat(run(new AdjustCommand(), "wallet", "-3.5", "--reason", "twice", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(0)).isEqualTo("POST /api/v1/namespaces/default/balances/wallet/adjustments Bearer secret k {\"amount\":\"-3.5\",\"reason\":\"twice\"}");
    assertThat(run(new RefundCommand(), "r1", "0.5", "--attempt", "2", "--reason", "bad", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(1)).isEqualTo("POST /api/v1/receipts/r1/refunds Bearer secret k {\"attempt\":2,\"amount\":\"0.5\",\"reason\":\"bad\"}");
    assertThat(run(new VoidGrantCommand(), "team/wallet", "admin/k1", "--reason", "twice", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(2)).isEqualTo("POST /api/v1/namespaces/team/balances/wallet/grants/void Bearer secret k {\"grant\":\"admin/k1\",\"reason\":\"twice\"}");
    for (MoneyCommand command : List.of(new SuspendCommand(), new ResumeCommand(), new CloseCommand())) {
      assertThat(run(command, "wallet", "--reason", "audit")).isZero();
    }
    assertThat(asked.subList(3, 6)).extracting(line -> line.replaceAll(".*/wallet/(\\S+) .*", "$1")).containsExactly("suspend", "resume", "close");
    assertThat(out.toString()).contains("Adjusted default/wallet 50 -> 57 CNY (entry 9).").contains("Voided admin/k1: ").contains("is closed.");
  }

  @Test
  void alerts() {
    assertThat(run(new AlertsCommand(), "--limit", "7")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/alerts?limit=7 ");
    assertThat(out.toString())
        .containsPattern("balance default/wallet +below 50 +49.9981 +CNY +delivered +1 +-")
        .containsPattern("budget default/tasks for nightly +80% of 5 +4.12 +CNY +given up +170 +the receiver answered 500");
  }

  @Test
  void tasks() {
    assertThat(run(new TasksCommand(), "open", "agents", "nightly", "--limit", "CNY=2.5", "--ttl", "24h", "--reason", "4711", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(0)).startsWith("POST /api/v1/budgets/default/agents/tasks Bearer secret k ").contains("\"limits\":{\"CNY\":\"2.5\"}", "\"ttl\":\"24h\"", "\"task\":\"nightly\"", "\"reason\":\"4711\"");
    assertThat(run(new TasksCommand(), "extend", "team-a/agents", "nightly", "--ttl", "1h", "--reason", "more")).isZero();
    assertThat(asked.get(1)).startsWith("POST /api/v1/budgets/team-a/agents/tasks/nightly/extend ");
    assertThat(run(new TasksCommand(), "close", "agents", "nightly", "--reason", "done")).isZero();
    assertThat(asked.get(2)).startsWith("POST /api/v1/budgets/default/agents/tasks/nightly/close ");
    assertThat(run(new TasksCommand(), "extend", "agents", "nightly", "--reason", "nothing")).isEqualTo(2);
    assertThat(run(new TasksCommand(), "close", "agents", "a b", "--reason", "x")).isEqualTo(2);
    assertThat(asked).hasSize(3);
    out.getBuffer().setLength(0);
    assertThat(run(new TasksCommand(), "list", "agents")).isZero();
    assertThat(asked.get(3)).startsWith("GET /api/v1/budgets/default/agents/tasks ");
    assertThat(out.toString()).containsPattern("nightly +Open +CNY +2.5 +1.2 +0.1 +1.2 +2026-11-27T17:00:00.000Z +2026-11-26T17:01:00.000Z +jane +4711");
  }

  @Test
  void lots() {
    assertThat(run(new LotsCommand(), "wallet")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/namespaces/default/balances/wallet/lots ");
    assertThat(out.toString()).contains("admin/k1").contains("Promotional").contains("posted 57 CNY, debt 0 CNY");
  }

  @Test
  void aGrantThatMakesNoSense() {
    for (String amount : List.of("0", "-1", "ten", "1e30", "0.0000000001")) {
      assertThat(run(new GrantCommand(), "wallet", amount, "--reason", "x")).as(amount).isEqualTo(2);
    }
    assertThat(run(new GrantCommand(), "a/b/c", "1", "--reason", "x")).isEqualTo(2);
    assertThat(run(new GrantCommand(), "wallet", "1", "--reason", " ")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void dryRun() {
    assertThat(run(new DryRunCommand(), "--key", "demo", "--model", "premium")).isZero();
    assertThat(out.toString()).isEqualToNormalizingNewlines("Dry run  premium\n");
    assertThat(asked.get(0))
        .isEqualTo(
            "POST /api/v1/dry-run Bearer secret null {\"apiKey\":\"default/demo\",\"model\":\"premium\",\"endpoint\":\"ChatCompletions\",\"task\":null,"
                + "\"endUser\":null,\"inputBytes\":1000,\"outputTokens\":100,\"choices\":1}");
  }

  @Test
  void dryRunAsJson() {
    assertThat(run(new DryRunCommand(), "--key", "a/b", "--model", "m", "--route-classes", "Direct,Pool", "--task", "t", "--choices", "2", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"decision\" : \"Held\"");
    assertThat(asked.get(0)).contains("\"apiKey\":\"a/b\"").contains("\"routeClasses\":[\"Direct\",\"Pool\"]").contains("\"task\":\"t\"").contains("\"choices\":2");
  }

  @Test
  void aDryRunThatMakesNoSense() {
    for (String[] bad :
        new String[][] {{"--key", "a/b/c"}, {"--key", "exq-0123"}, {"--model", "two words"}, {"--task", "a b"}, {"--choices", "0"}, {"--output-tokens", "0"},
          {"--input-bytes", "-1"}, {"--route-classes", "Fast"}, {"--endpoint", "Chat"}}) {
      String key = bad[0].equals("--key") ? bad[1] : "demo";
      String model = bad[0].equals("--model") ? bad[1] : "m";
      boolean other = !bad[0].equals("--key") && !bad[0].equals("--model");
      String[] args = other ? new String[] {"--key", key, "--model", model, bad[0], bad[1]} : new String[] {"--key", key, "--model", model};
      assertThat(run(new DryRunCommand(), args)).as(String.join(" ", bad)).isEqualTo(2);
    }
    assertThat(run(new DryRunCommand(), "--key", "demo")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void nothingRuns() throws IOException {
    server.stop(0);
    assertThat(run(new BalancesCommand())).isEqualTo(1);
    Files.delete(data.resolve("run/admin-port"));
    assertThat(run(new BalancesCommand())).isEqualTo(1);
    assertThat(err.toString()).contains("is the gateway running?").contains("./exchequer up");
  }
}
