package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Details of receipts over the admin API: who may look, who may take them away, and what is no order. */
class PruningRoutesTest {
  private static final Map<String, Tokens.Actor> ACTORS =
      Map.of("v", new Tokens.Actor("vic", Tokens.Role.VIEWER), "o", new Tokens.Actor("olga", Tokens.Role.OPERATOR), "t", new Tokens.Actor("tre", Tokens.Role.TREASURER));
  private static final String BEFORE = "2025-12-31T00:00:00Z";

  private final FakeLedger ledger = new FakeLedger();
  private final FakePruner pruner = new FakePruner();
  private final AdminServer server =
      AdminServer.start(
          "127.0.0.1", 0, ledger, ledger, new FakeHistory(), FakePruner.retention(pruner), token -> Optional.ofNullable(ACTORS.get(token)),
          new AdminServer.Health(() -> true, List::of, () -> ""));
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private HttpResponse<String> ask(String method, String path, String token, String body) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + "/api/v1/prunings" + path);
    HttpRequest request = HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + token).method(method, HttpRequest.BodyPublishers.ofString(body)).build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String order(String before) {
    return "{\"before\":\"" + before + "\"}";
  }

  @Test
  void aLookChangesNothing() throws Exception {
    assertThat(ask("GET", "/preview?before=" + BEFORE, "v", "").body()).isEqualTo("{\"before\":\"2025-12-31T00:00:00.000Z\",\"receipts\":0,\"oldest\":null,\"newest\":null}");
    pruner.receipts = 7;
    HttpResponse<String> answer = ask("GET", "/preview?before=" + BEFORE, "v", "");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"receipts\":7,\"oldest\":\"2025-12-31T23:59:59.991Z\"");
    assertThat(ask("GET", "", "v", "").body()).isEqualTo("{\"items\":[],\"nextCursor\":null}");
  }

  @Test
  void aTreasurerOrdersIt() throws Exception {
    assertThat(ask("POST", "", "t", order(BEFORE)).statusCode()).as("nothing is that old").isEqualTo(200);
    pruner.receipts = 7;
    HttpResponse<String> answer = ask("POST", "", "t", order(BEFORE));
    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.body()).startsWith("{\"pruning\":{\"id\":1,\"by\":\"tre\",").contains("\"state\":\"Running\"");
    assertThat(pruner.ended.await(10, TimeUnit.SECONDS)).as("it goes on by itself").isTrue();
    assertThat(ask("GET", "?limit=5", "v", "").body()).contains("\"by\":\"tre\"");
  }

  @Test
  void whatIsNoOrderIsRefused() throws Exception {
    pruner.receipts = 7;
    assertThat(ask("POST", "", "v", order(BEFORE)).statusCode()).isEqualTo(403);
    assertThat(ask("POST", "", "o", order(BEFORE)).statusCode()).isEqualTo(403);
    assertThat(ask("POST", "", "wrong", order(BEFORE)).statusCode()).isEqualTo(401);
    assertThat(ask("POST", "", "t", order("yesterday")).body()).contains("before must be an RFC 3339 time");
    assertThat(ask("POST", "", "t", "{}").body()).contains("the body must be an object like");
    assertThat(ask("POST", "", "t", "{\"before\":\"" + BEFORE + "\",\"after\":1}").statusCode()).isEqualTo(400);
    assertThat(ask("POST", "", "t", order("2026-01-01T00:00:01Z")).body()).contains("kept for a day at least");
    assertThat(ask("GET", "/preview", "v", "").statusCode()).isEqualTo(400);
    assertThat(ask("GET", "/preview?before=2026-01-01T00:00:01Z", "v", "").body()).contains("2026-01-01T00:00:00.000Z at the latest");
    pruner.busy = true;
    HttpResponse<String> busy = ask("POST", "", "t", order(BEFORE));
    assertThat(busy.statusCode()).isEqualTo(409);
    assertThat(busy.body()).contains("pruning_runs");
    assertThat(pruner.prunings).isEmpty();
  }
}
