package dev.exchequer.cli.scale;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** Everything that may happen to the control plane, under load. */
final class Scenario {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String LEASE = "exchequer-scale";
  /** Between two losses; in requests, so that a slow machine does not make it less. */
  private static final int REQUESTS = 60;

  private Scenario() {}

  /**
   * What came of it.
   *
   * @param failed each with its answer
   * @param spent from the balance
   * @param due by the number of requests that were answered
   * @param notSucceeded receipts
   */
  record Told(long asked, List<String> failed, BigDecimal spent, BigDecimal due, List<String> notSucceeded, String held) {}

  /**
   * @param stay routes that are asked, with 7 tokens in and 3 out
   * @param routes that are added, changed and deleted
   * @param awaySeconds how long the API server stays away
   */
  static Told run(Processes gateway, List<String> stay, int routes, int awaySeconds) throws Exception {
    stay.forEach(name -> Until.so(name + " serves", () -> gateway.ask(name).status() == 200));
    BigDecimal posted = posted(gateway);
    Load load = Load.start(gateway, stay, 4);
    try (load) {
      each(routes, i -> gateway.createRoute("more-" + i, "usage-1-1"));
      each(routes, i -> gateway.plane.patch("modelroutes", "more-" + i, hop("usage-2-2")));
      gateway.kill("operator-0");
      load.more(REQUESTS);
      gateway.startOperator("operator-0", gateway.sockets(), "");
      each(routes / 2, i -> gateway.plane.delete("modelroutes", "more-" + i));
      Runnable again = gateway.plane.stopServer();
      load.more(REQUESTS);
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(awaySeconds));
      again.run();
      gateway.createRoute("after-outage", "usage-5-5");
      Until.so("changes are seen again", () -> gateway.ask("after-outage").says("\"completion_tokens\":5"));
      gateway.startReplicas(LEASE);
      load.more(REQUESTS);
      Until.so("somebody leads", () -> leads(gateway));
      gateway.plane.takeLease(LEASE);
      load.more(REQUESTS);
      gateway.createRoute("after-lease", "usage-6-6");
      Until.so("a replica that does not lead serves", () -> gateway.ask("after-lease").says("\"completion_tokens\":6"));
      gateway.kill("operator-1");
      load.more(REQUESTS);
    }
    return told(gateway, load, posted);
  }

  static String hop(String upstreamModel) {
    return "{\"spec\":{\"hops\":[{\"name\":\"pool\",\"providerRef\":{\"name\":\"relay\"},\"upstreamModel\":\"" + upstreamModel + "\",\"routeClass\":\"Pool\"}]}}";
  }

  private static boolean leads(Processes gateway) {
    return List.of("operator-0", "operator-1").stream().anyMatch(name -> printed(gateway, name).contains("the leader is operator-"));
  }

  private static String printed(Processes gateway, String name) {
    try {
      return Files.readString(gateway.home().resolve(name + ".out"));
    } catch (IOException e) {
      return "";
    }
  }

  /** For every number below, by a few clients at once. */
  static void each(int number, IntConsumer work) throws Exception {
    try (ExecutorService clients = Executors.newFixedThreadPool(8)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < number; i++) {
        int n = i;
        all.add(clients.submit(() -> work.accept(n)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static Told told(Processes gateway, Load load, BigDecimal posted) throws IOException {
    BigDecimal spent = posted.subtract(posted(gateway)); // when nothing is held any more
    // those that were asked besides, to see a change
    long others = receipts(gateway).stream().filter(r -> r.path("route").asText().contains("after-") && succeeded(r)).mapToLong(r -> r.path("route").asText().endsWith("outage") ? 10 : 12).sum();
    List<String> bad =
        receipts(gateway).stream().filter(r -> r.path("route").asText().contains("stay-") && !succeeded(r)).map(JsonNode::toString).toList();
    BigDecimal due = new BigDecimal("0.010").multiply(BigDecimal.valueOf(load.asked() - load.failed().size())).add(new BigDecimal("0.001").multiply(BigDecimal.valueOf(others)));
    return new Told(load.asked(), load.failed(), spent.setScale(9), due.setScale(9), bad, balance(gateway).path("held").asText());
  }

  private static boolean succeeded(JsonNode receipt) {
    return receipt.path("status").asText().equals("Succeeded");
  }

  private static JsonNode balance(Processes gateway) {
    return read(gateway.adminGet("/api/v1/namespaces/default/balances/wallet"));
  }

  private static BigDecimal posted(Processes gateway) {
    Until.so("nothing is held", () -> balance(gateway).path("held").asText().equals("0.000000000"));
    return new BigDecimal(balance(gateway).path("posted").asText());
  }

  /** All of them, page by page. */
  private static List<JsonNode> receipts(Processes gateway) {
    List<JsonNode> all = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = read(gateway.adminGet("/api/v1/receipts?limit=500" + (after.isEmpty() ? "" : "&cursor=" + after)));
      page.path("items").forEach(all::add);
      after = page.path("nextCursor").asText("");
    } while (!after.isEmpty());
    return all;
  }

  private static JsonNode read(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new IllegalStateException(json, e);
    }
  }
}
