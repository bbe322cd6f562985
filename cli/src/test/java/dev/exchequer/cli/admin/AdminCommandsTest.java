package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The commands that read. */
class AdminCommandsTest extends AskedAdmin {
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
    assertThat(err.toString()).contains("say what to compare", "--cost-column and --unit go together", "invoice.csv: no column in: the file has date, model", "there is no");
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
  void nothingRuns() throws IOException {
    server.stop(0);
    assertThat(run(new BalancesCommand())).isEqualTo(1);
    Files.delete(data.resolve("run/admin-port"));
    assertThat(run(new BalancesCommand())).isEqualTo(1);
    assertThat(err.toString()).contains("is the gateway running?").contains("./exchequer up");
  }
}
