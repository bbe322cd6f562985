package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.server.store.LedgerReads.BalanceRow;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@NullMarked
class SelfServiceTest {
  private static final String RECEIPT =
      "{'id':'r1','project':'default/PROJECT','totals':[{'unit':'CREDIT','charge':'1.000000000'}],'hops':[{'charge':'1.000000000','hold':'2.000000000',"
          + "'balanceBefore':'9.000000000','balanceAfter':'8.000000000','lines':[{'meter':'Input'}],'considered':[{'balance':'default/credit','available':'9.000000000'}],'paidFrom':[{'grant':'admin/k'}]}],"
          + "'corrections':[{'amount':'-1.000000000','before':'1.000000000','after':'0.000000000','actor':'ann','reason':'ticket 812'}]}";

  private final FakeReads reads = new FakeReads();
  private final List<Envelope> said = new ArrayList<>();
  private final FakeEngine engine = new FakeEngine(World.policy());
  private boolean full;
  private final AdmitService service =
      new AdmitService(
          engine,
          new SelfService(
              reads,
              budget -> said.stream().filter(label -> label.budget().equals(budget)).toList(),
              work -> {
                if (full) {
                  throw new RejectedExecutionException();
                }
                work.run();
              },
              json -> "explained " + json,
              () -> Instant.ofEpochMilli(World.NOW)),
          new AdmitService.Doors(() -> Instant.ofEpochMilli(World.NOW), () -> 0, () -> "id", Runnable::run));

  @ParameterizedTest
  @CsvSource({
    "all, 'embed,gpt-5,gpt-5-*,own'", // acme has no balance for Pool
    "chain, 'gpt-5,gpt-5-*,own,pooled'",
    "pool, ''",
    "few, 'gpt-5,gpt-5-*'",
    "guest, 'gpt-5*,shared'", // gpt-5 of the gateway's namespace is behind gpt-5* of its own
    "stranger, ''",
  })
  void modelsThatAKeyMayUse(String key, String expected) {
    JsonNode list = get("/v1/models", key).json();
    assertThat(list.get("object").asText()).isEqualTo("list");
    assertThat(String.join(",", texts(list.get("data"), "id"))).isEqualTo(expected);
  }

  @Test
  void whoIsNotKnownSeesNothing() {
    assertThat(get("/v1/models", "nobody").status()).isEqualTo(401);
    assertThat(get("/v1/exchequer/balances", "nobody").status()).isEqualTo(401);
    assertThat(get("/v1/exchequer/balances", "suspended").error("code")).isEqualTo("key_suspended");
    assertThat(engine.denied).isEmpty();
  }

  @Test
  void anotherProjectsReceiptDoesNotExist() {
    reads.receipts.put("r1", receipt("acme"));
    assertThat(get("/v1/exchequer/receipts/r1", "all").json()).isEqualTo(Check.Answer.json(receipt("acme").replace("\"ann\"", "null").replace("\"ticket 812\"", "null")));
    assertThat(get("/v1/exchequer/receipts/r1", "chain").status()).isEqualTo(404);
    assertThat(get("/v1/exchequer/receipts/r1/explanation", "chain").status()).isEqualTo(404);
    assertThat(get("/v1/exchequer/receipts/other", "all").error("code")).isEqualTo("receipt_not_found");
  }

  @Test
  void explanationsAreText() {
    reads.receipts.put("r1", receipt("acme"));
    Check.Answer text = get("/v1/exchequer/receipts/r1/explanation", "all");
    assertThat(text.status()).isEqualTo(200);
    assertThat(text.body()).startsWith("explained {");
    assertThat(text.headers()).containsEntry("content-type", "text/plain; charset=utf-8");
  }

  @Test
  void amountsAsTheProjectDiscloses() {
    reads.receipts.put("r1", receipt("chain"));
    JsonNode charges = get("/v1/exchequer/receipts/r1", "chain").json();
    assertThat(charges.at("/hops/0/charge").asText()).isEqualTo("1.000000000");
    assertThat(charges.at("/hops/0/balanceAfter").isNull()).isTrue();
    assertThat(charges.at("/hops/0/considered/0/available").isNull()).isTrue();
    assertThat(charges.at("/corrections/0/before").isNull()).isTrue();
    assertThat(charges.at("/corrections/0/reason").isNull()).isTrue();
    assertThat(charges.at("/hops/0/paidFrom")).isEmpty();
    reads.receipts.put("r1", receipt("mute"));
    JsonNode nothing = get("/v1/exchequer/receipts/r1", "mute").json();
    assertThat(nothing.toString()).doesNotContain(".000000000").doesNotContain("Input");
    assertThat(get("/v1/exchequer/receipts/r1/explanation", "mute").body()).doesNotContain(".000000000");
  }

  @Test
  void listsAreOfTheOwnProjectWhateverIsAsked() {
    reads.receipts.put("r1", receipt("acme"));
    JsonNode list = get("/v1/exchequer/receipts?project=default/chain&limit=7&task=a%20b&from=2026-11-23T13:44:24Z&cursor=c", "all").json();
    assertThat(list.get("items")).hasSize(1);
    assertThat(list.get("nextCursor").asText()).isEqualTo("more");
    assertThat(reads.queries.getFirst().project()).isEqualTo("default/acme");
    assertThat(reads.queries.getFirst().limit()).isEqualTo(7);
    assertThat(reads.queries.getFirst().task()).isEqualTo("a b");
    assertThat(reads.queries.getFirst().from()).isEqualTo(1795441464000L);
    assertThat(reads.queries.getFirst().cursor()).isEqualTo("c");
    get("/v1/exchequer/receipts", "all");
    assertThat(reads.queries.get(1).limit()).isEqualTo(50);
  }

  /** Whatever a project discloses to its applications: what the house pays is none of it. */
  @Test
  void whatTheHousePaysIsNeverTold() {
    String costed = receipt("acme").replace("\"hops\":[{", "\"hops\":[{\"houseCost\":{\"amount\":\"0.666000000\",\"unit\":\"USD\",\"sheet\":\"default/house\",\"digest\":\"3f9c77\",\"rate\":\"list\",\"estimated\":false},");
    assertThat(costed).contains("houseCost");
    reads.receipts.put("r1", costed);
    for (String path : List.of("/v1/exchequer/receipts/r1", "/v1/exchequer/receipts", "/v1/exchequer/receipts/r1/explanation")) {
      Check.Answer answer = get(path, "all");
      assertThat(answer.status()).as(path).isEqualTo(200);
      assertThat(answer.body()).as(path).doesNotContain("houseCost", "0.666", "USD", "default/house");
    }
  }

  /** That details are gone is told, and when; not by whom. */
  @Test
  void detailsThatWereRemoved() {
    reads.receipts.put("r1", receipt("acme").replace("\"hops\":[{", "\"detailsRemoved\":{\"at\":\"2026-11-26T21:00:00.000Z\",\"by\":\"jane\",\"pruning\":1,\"digest\":\"00\"},\"hops\":[{"));
    assertThat(get("/v1/exchequer/receipts/r1", "all").json().get("detailsRemoved").get("at").asText()).isEqualTo("2026-11-26T21:00:00.000Z");
    for (String path : List.of("/v1/exchequer/receipts/r1", "/v1/exchequer/receipts", "/v1/exchequer/receipts/r1/explanation")) {
      assertThat(get(path, "all").body()).as(path).doesNotContain("jane");
    }
  }

  @ParameterizedTest
  @CsvSource({"limit=0,limit", "limit=501,limit", "limit=x,limit", "limit=,limit", "from=yesterday,from", "to=1,to", "task=%zz,query"})
  void badQueries(String query, String param) {
    Check.Answer answer = get("/v1/exchequer/receipts?" + query, "all");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.error("param")).isEqualTo(param);
    assertThat(answer.error("receipt")).isNull();
  }

  @Test
  void balances() {
    reads.balances.add(new BalanceRow(World.name("credit"), "CREDIT", 2_000_000_000L, 500_000_000L, 4, 1795441464001L));
    JsonNode item = get("/v1/exchequer/balances", "all").json().get("items").get(0);
    assertThat(item)
        .isEqualTo(
            Check.Answer.json(
                "{'name':'default/credit','project':'default/acme','type':'Credit','unit':'CREDIT','routeClasses':['Direct'],'posted':'2.000000000','held':'0.500000000',"
                    .concat("'available':'2.000000000','overdraftLimit':'0.500000000','suspended':false,'sequence':4,'asOf':'2026-11-23T13:44:24.001Z'}")
                    .replace('\'', '"')));
    JsonNode undisclosed = get("/v1/exchequer/balances", "chain").json();
    assertThat(undisclosed.get("items")).hasSize(1);
    assertThat(undisclosed.get("nextCursor").isNull()).isTrue();
    for (String field : List.of("posted", "held", "available", "overdraftLimit")) {
      assertThat(undisclosed.at("/items/0/" + field).isNull()).isTrue();
    }
  }

  @Test
  void budgetsOfTheProjectAndItsKeys() {
    reads.budgets.add(new BudgetRow(World.name("by-task"), "t1", "CREDIT", 1_000_000_000L, 2_000_000_000L, 1795392000000L, 1795478400000L, 0));
    reads.budgets.add(new BudgetRow(World.name("others"), "", "CREDIT", 1, 1, 0, 0, 0));
    JsonNode items = get("/v1/exchequer/budgets", "all").json().get("items");
    assertThat(texts(items, "name")).containsExactly("default/cap", "default/by-task");
    assertThat(items.get(0).get("remaining").asText()).isEqualTo("10.000000000");
    assertThat(items.get(1))
        .isEqualTo(
            Check.Answer.json(
                "{'name':'default/by-task','target':{'kind':'ApiKey','name':'default/all'},'per':'Task','value':'t1','unit':'CREDIT','limit':'10.000000000',"
                    .concat("'spent':'1.000000000','held':'2.000000000','remaining':'7.000000000','windowStart':'2026-11-23T00:00:00.000Z','windowEnd':'2026-11-24T00:00:00.000Z','mode':'Enforce'}")
                    .replace('\'', '"')));
  }

  @Test
  void aTaskLabelHasTheCapThatWasSaidOfIt() {
    reads.budgets.add(new BudgetRow(World.name("by-task"), "t1", "CREDIT", 1_000_000_000L, 2_000_000_000L, 1795392000000L, 1795478400000L, 0));
    reads.budgets.add(new BudgetRow(World.name("by-task"), "t2", "CREDIT", 0, 0, 1795392000000L, 1795478400000L, 0));
    said.add(new Envelope(World.name("by-task"), "t1", Map.of("CREDIT", 4_000_000_000L), 0, 0, false, "ann", ""));
    said.add(new Envelope(World.name("by-task"), "t2", Map.of("CREDIT", 40_000_000_000L), 0, 0, false, "ann", "the budget's was lowered since"));
    JsonNode items = get("/v1/exchequer/budgets", "all").json().get("items");
    assertThat(texts(items, "limit")).as("the first is another budget's").containsExactly("10.000000000", "4.000000000", "10.000000000");
    assertThat(texts(items, "remaining")).endsWith("1.000000000", "10.000000000");
  }

  @Test
  void readersDoNotQueueWithoutEnd() {
    full = true;
    assertThat(get("/v1/exchequer/balances", "all").error("code")).isEqualTo("accounting_unavailable");
    assertThat(get("/v1/models", "all").status()).isEqualTo(200);
  }

  private Check.Answer get(String path, String key) {
    return Check.of("GET", path, "", "authorization", "Bearer sk-" + key).by(service);
  }

  private static String receipt(String project) {
    return RECEIPT.replace('\'', '"').replace("PROJECT", project);
  }

  private static List<String> texts(JsonNode list, String field) {
    return StreamSupport.stream(list.spliterator(), false).map(item -> item.get(field).asText()).toList();
  }
}
