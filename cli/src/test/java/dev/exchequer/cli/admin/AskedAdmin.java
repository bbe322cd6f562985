package dev.exchequer.cli.admin;


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
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An admin API that answers what the test says, for the commands that ask it. */
abstract class AskedAdmin {
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

  String usage =
      """
      {"from":"2026-09-30T22:00:00.000Z","to":"2026-10-31T23:00:00.000Z","timeZone":"Europe/Berlin","granularity":"day","groupBy":["project","routeClass"],"items":[
       {"period":"2026-10-25","project":"default/acme","routeClass":"Pool","requests":3,"attempts":4,"meters":{"Output":24,"Input":180,"Request":3},
        "charges":[{"unit":"CNY","charge":"0.004210000"},{"unit":"CREDIT","charge":"1.000000000"}],"estimated":1,"estimatedShare":"0.3333"},
       {"period":"2026-10-26","project":"default/acme","routeClass":null,"requests":1,"attempts":0,"meters":{},"charges":[],"estimated":0,"estimatedShare":null}]}""";
  String refusals = "{\"items\":[],\"nextCursor\":null}";
  String prunings = "{\"items\":[],\"nextCursor\":null}";
  String pruningBegun = "{\"pruning\":null}";
  String pruningPreview = "{}";
  int status = 200;
  final List<String> asked = new ArrayList<>();
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();
  @TempDir Path data = Path.of("");
  HttpServer server = server();

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
          case "/api/v1/prunings" -> exchange.getRequestMethod().equals("POST") ? pruningBegun : prunings;
          case "/api/v1/prunings/preview" -> pruningPreview;
          case "/api/v1/budgets/default/agents/tasks" -> exchange.getRequestMethod().equals("POST") ? BOOKED : TASKS;
          default -> exchange.getRequestMethod().equals("POST") ? BOOKED : "{\"error\":{\"message\":\"no such thing\"}}";
        };
    byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status != 200 ? status : answer.contains("\"error\":{") ? 404 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  int run(Object command, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data", data.toString()));
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler((exception, failed, parsed) -> {
      failed.getErr().println(exception.getMessage());
      return exception instanceof CommandFailed ? 1 : 99;
    });
    return line.execute(all.toArray(String[]::new));
  }
}
