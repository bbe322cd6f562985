package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.Allocation;
import dev.exchequer.server.store.LedgerExport.PlacedCorrection;
import dev.exchequer.server.store.LedgerExport.PlacedEntry;
import dev.exchequer.server.store.LedgerExport.PlacedReceipt;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exports over real HTTP: the bytes of each line, pages and cursors. */
class ExportRoutesTest {
  private static final Hash HASH = Hash.parse("ab".repeat(Hash.LENGTH));
  private static final String BODY =
      "{\"id\":\"r1\",\"status\":\"Failed\",\"time\":\"2026-01-02T03:04:05.678Z\",\"endedAt\":\"2026-01-02T03:04:06.000Z\",\"apiKey\":\"default/ci\",\"project\":\"default/acme\","
          + "\"owner\":\"ops, \\\"night\\\"\",\"task\":null,\"endUser\":\"=1+1\",\"endpoint\":\"ChatCompletions\",\"requestedModel\":\"premium\",\"route\":\"default/premium\",\"finalHop\":2,\"retries\":1,"
          + "\"streamed\":false,\"latencyMs\":322,\"error\":{\"httpStatus\":502,\"code\":\"provider_error\",\"message\":\"no\"},"
          + "\"totals\":[{\"unit\":\"CNY\",\"charge\":\"0.000220000\"},{\"unit\":\"CREDIT\",\"charge\":\"1.000000000\"}],\"hops\":[]}";

  private final FakeLedger ledger = new FakeLedger();
  private final FakeHistory history = new FakeHistory();
  private final AdminServer server =
      AdminServer.start(
          "127.0.0.1", 0, ledger, ledger, history, FakePruner.retention(new FakePruner()), token -> token.equals("v") ? Optional.of(new Tokens.Actor("vic", Tokens.Role.VIEWER)) : Optional.empty(),
          new AdminServer.Health(() -> true, List::of, () -> ""));
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeEach
  void twoOfEach() {
    EntryRow first = new EntryRow("default/wallet", 1, 1_767_323_045_678L, "Grant", 5_000_000_001L, 0, 5_000_000_001L, null, null, "jane", "say \"hi\",\nplease", List.of(new Allocation("admin/k", 5_000_000_001L)));
    EntryRow second = new EntryRow("default/wallet", 2, 1_767_323_045_679L, "Charge", -1, 5_000_000_001L, 5_000_000_000L, "r1", 2, null, null, List.of(new Allocation("admin/k", -1)));
    history.export.entries.addAll(List.of(new PlacedEntry(first, new Place(1, 1, HASH)), new PlacedEntry(second, new Place(1, 2, HASH))));
    ReceiptFacts facts = new ReceiptFacts("r1", 1, "default/ci", "default/acme", null, null, "Failed", null, null, ChainWriter.digest(BODY));
    HouseFacts correction = new HouseFacts("r1", 2, "Correction", "local", "default/mock", "USD", 1_767_323_045_678L, -9_800_000, "default/house", "77aa01");
    history.export.corrections.add(new PlacedCorrection(correction, new Place(1, 1, HASH)));
    history.export.receipts.addAll(List.of(new PlacedReceipt(facts, BODY, new Place(1, 1, HASH)), new PlacedReceipt(facts, BODY, new Place(1, 2, HASH))));
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/api/v1/export/" + path);
    return http.send(HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static void cursors(HttpResponse<String> answer, String next, String end, String count) {
    assertThat(answer.headers().firstValue(ExportRoutes.NEXT)).hasValue(next);
    assertThat(answer.headers().firstValue(ExportRoutes.END)).hasValue(end);
    assertThat(answer.headers().firstValue(ExportRoutes.COUNT)).hasValue(count);
  }

  @Test
  void entriesAsJson() throws Exception {
    HttpResponse<String> answer = get("entries?limit=1", "v");
    assertThat(answer.body())
        .isEqualTo(
            "{\"balance\":\"default/wallet\",\"sequence\":1,\"time\":\"2026-01-02T03:04:05.678Z\",\"kind\":\"Grant\",\"amount\":\"5.000000001\",\"before\":\"0.000000000\",\"after\":\"5.000000001\","
                + "\"receipt\":null,\"attempt\":null,\"actor\":\"jane\",\"reason\":\"say \\\"hi\\\",\\nplease\",\"allocations\":[{\"grant\":\"admin/k\",\"amount\":\"5.000000001\"}],\"chain\":1,\"number\":1,\"hash\":\""
                + HASH + "\"}\n");
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/jsonl; charset=utf-8");
    cursors(answer, "1:1", "1:2", "1");
    cursors(get("entries?limit=1&from=1:1&until=1:2", "v"), "1:2", "1:2", "1");
    HttpResponse<String> nothing = get("entries?from=1:2", "v");
    assertThat(nothing.body()).isEmpty();
    cursors(nothing, "1:2", "1:2", "0");
  }

  @Test
  void entriesAsCsv() throws Exception {
    HttpResponse<String> answer = get("entries?format=csv", "v");
    String first = "default/wallet,1,2026-01-02T03:04:05.678Z,Grant,5.000000001,0.000000000,5.000000001,,,jane,\"say \"\"hi\"\",\nplease\",admin/k=5.000000001,1,1," + HASH + "\n";
    String second = "default/wallet,2,2026-01-02T03:04:05.679Z,Charge,-0.000000001,5.000000001,5.000000000,r1,2,,,admin/k=-0.000000001,1,2," + HASH + "\n";
    assertThat(answer.body()).isEqualTo("balance,sequence,time,kind,amount,before,after,receipt,attempt,actor,reason,allocations,chain,number,hash\n" + first + second);
    assertThat(answer.headers().firstValue("content-type")).hasValue("text/csv; charset=utf-8");
    assertThat(get("entries?format=csv&header=false", "v").body()).isEqualTo(first + second);
  }

  @Test
  void correctionsOfWhatTheHouseIsBilled() throws Exception {
    assertThat(get("house-corrections?until=1:1", "v").body())
        .isEqualTo(
            "{\"receipt\":\"r1\",\"attempt\":2,\"kind\":\"Correction\",\"stripe\":\"local\",\"provider\":\"default/mock\",\"unit\":\"USD\",\"time\":\"2026-01-02T03:04:05.678Z\",\"amount\":\"-0.009800000\","
                + "\"sheet\":\"default/house\",\"digest\":\"77aa01\",\"chain\":1,\"number\":1,\"hash\":\"" + HASH + "\"}\n");
    assertThat(get("house-corrections?until=1:1&format=csv", "v").body())
        .isEqualTo(
            "receipt,attempt,kind,stripe,provider,unit,time,amount,sheet,digest,chain,number,hash\n"
                + "r1,2,Correction,local,default/mock,USD,2026-01-02T03:04:05.678Z,-0.009800000,default/house,77aa01,1,1," + HASH + "\n");
  }

  @Test
  void receiptsAreTheStoredBytesAndTheirPlace() throws Exception {
    String place = ",\"chain\":1,\"number\":%d,\"hash\":\"" + HASH + "\"}\n";
    String stored = BODY.substring(0, BODY.length() - 1);
    assertThat(get("receipts", "v").body()).isEqualTo(stored + place.formatted(1) + stored + place.formatted(2));
    assertThat(get("receipts?format=csv&until=1:1", "v").body())
        .isEqualTo(
            "id,time,endedAt,status,apiKey,project,owner,task,endUser,endpoint,requestedModel,route,finalHop,retries,streamed,latencyMs,error,charges,chain,number,hash\n"
                + "r1,2026-01-02T03:04:05.678Z,2026-01-02T03:04:06.000Z,Failed,default/ci,default/acme,\"ops, \"\"night\"\"\",,'=1+1,ChatCompletions,premium,default/premium,2,1,false,322,provider_error,"
                + "0.000220000 CNY;1.000000000 CREDIT,1,1," + HASH + "\n");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "entries?format=xml | format must be jsonl or csv",
    "entries?limit=0 | limit must be a number from 1 to 5000",
    "receipts?limit=5001 | limit must be a number from 1 to 5000",
    "receipts?header=no | header must be true or false",
    "receipts?from=x | not a cursor",
    "entries?from=1:3 | the cursor 1:3 is not before 1:2",
    "entries?cursor=1:1 | no such parameter: cursor",
  })
  void whatCannotBeMeantIsRefused(String path, String told) throws Exception {
    HttpResponse<String> answer = get(path, "v");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains(told);
    assertThat(get(path, "w").statusCode()).isEqualTo(401);
  }
}
