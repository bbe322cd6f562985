package dev.exchequer.cli.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/**
 * How long a change takes from the API server's answer until a request is answered by it: {@code apply ROUTES...} with operator and gateway on Unix sockets,
 * {@code apply-mtls ROUTES...} as in Kubernetes, over mTLS; and the long form of {@link ServesThroughIT}: {@code through ROUTES SECONDS}. Started by
 * dev/bench-apply.
 */
public final class ApplyBenchmark {
  /** Of each kind, of a size: the first that many are told apart from the last, as the JVMs compile while they run. */
  private static final int TOLD = 20;
  private static final int CHANGES = 80;
  /** Asking without a pause would be a load of its own on the machine that is measured. */
  private static final long ASKED_EVERY_NANOS = 3_000_000;

  private ApplyBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    try (Processes gateway = new Processes(arguments[0].equals("apply-mtls"))) {
      gateway.applyBase();
      if (arguments[0].equals("through")) {
        through(gateway, Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]));
        return;
      }
      gateway.createRoute("probe", "usage-1-1");
      gateway.createRoute("priced", "usage-1-1");
      gateway.plane.patch("modelroutes", "priced", "{\"spec\":{\"priceSheetRefs\":[{\"name\":\"moving\"}]}}");
      gateway.createRoute("paid", "usage-1-1");
      gateway.plane.patch("modelroutes", "paid", Scenario.hop("usage-1-1").replace("Pool", "Subscription"));
      gateway.start();
      Until.so("the probe serves", () -> gateway.ask("probe").status() == 200);
      int there = 3;
      for (String size : List.of(arguments).subList(1, arguments.length)) {
        there = grow(gateway, there, Integer.parseInt(size));
        measure(gateway, Integer.parseInt(size));
      }
    }
  }

  private static void through(Processes gateway, int routes, int seconds) throws Exception {
    List<String> stay = IntStream.range(0, 4).mapToObj(i -> "stay-" + i).toList();
    stay.forEach(name -> gateway.createRoute(name, "usage-7-3"));
    gateway.start();
    Scenario.Told told = Scenario.run(gateway, stay, routes, seconds);
    System.out.printf(Locale.ROOT, "%d routes, API server away for %d s: %d requests, %d failed, %d receipts of them not Succeeded, spent %s, due %s, held %s%n",
        routes, seconds, told.asked(), told.failed().size(), told.notSucceeded().size(), told.spent(), told.due(), told.held());
    told.failed().stream().limit(5).forEach(System.out::println);
  }

  private static int grow(Processes gateway, int there, int size) throws Exception {
    int first = there;
    long begun = System.nanoTime();
    Scenario.each(size - there, i -> gateway.createRoute("route-" + (first + i), "usage-1-1"));
    long applied = System.nanoTime();
    Until.so("the last one serves", () -> gateway.ask("route-" + (size - 1)).status() == 200);
    System.out.printf(Locale.ROOT, "%d routes applied in %.1f s, the last one serves %.0f ms after the last answer%n", size - there, (applied - begun) / 1e9, millis(applied));
    return size;
  }

  private static void measure(Processes gateway, int size) {
    List<Double> routes = new ArrayList<>();
    for (int i = 0; i < CHANGES; i++) {
      String name = "new-" + size + "-" + i;
      gateway.createRoute(name, "usage-1-1");
      routes.add(until(() -> gateway.ask(name).status() == 200));
    }
    long tables = gateway.routeUpdates();
    List<Double> hops = new ArrayList<>();
    List<Double> prices = new ArrayList<>();
    List<Double> balances = new ArrayList<>();
    for (int i = 0; i < CHANGES; i++) {
      int tokens = 1000 + size + i;
      gateway.plane.patch("modelroutes", "probe", Scenario.hop("usage-1-" + tokens));
      hops.add(until(() -> gateway.ask("probe").says("\"completion_tokens\":" + tokens)));
      // without its sheet, a hop has no price and the request is refused
      boolean priced = i % 2 == 1;
      gateway.plane.patch("pricesheets", "moving", "{\"spec\":{\"effectiveFrom\":\"" + (priced ? "2020" : "2090") + "-01-01T00:00:00Z\"}}");
      prices.add(until(() -> gateway.ask("priced").status() == 200 == priced));
      boolean suspended = i % 2 == 0;
      gateway.plane.patch("balances", "other", "{\"spec\":{\"suspend\":" + suspended + "}}");
      balances.add(until(() -> gateway.ask("paid").status() == 200 != suspended));
    }
    long sent = gateway.routeUpdates() - tables;
    for (int first : List.of(0, CHANGES - TOLD)) {
      System.out.printf(Locale.ROOT, "%5d routes, apply -> serving in ms, p50 / p99 of changes %d to %d: new route %s, hops %s, prices %s, balance %s%n",
          size, first + 1, first + TOLD, told(routes, first), told(hops, first), told(prices, first), told(balances, first));
    }
    System.out.println("      route tables sent for the last three kinds: " + sent);
    System.out.println("      " + gateway.resources("operator-0") + "; " + gateway.resources("service") + "; " + gateway.resources("envoy"));
    if (sent != 0) {
      throw new IllegalStateException("a change of hops, prices or balances sent " + sent + " route tables to Envoy");
    }
  }

  private static double until(BooleanSupplier answered) {
    long applied = System.nanoTime();
    while (!answered.getAsBoolean()) {
      LockSupport.parkNanos(ASKED_EVERY_NANOS);
    }
    return millis(applied);
  }

  private static double millis(long since) {
    return (System.nanoTime() - since) / 1e6;
  }

  private static String told(List<Double> times, int first) {
    List<Double> sorted = times.subList(first, first + TOLD).stream().sorted().toList();
    return String.format(Locale.ROOT, "%.0f / %.0f", sorted.get(sorted.size() / 2), sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * 0.99))));
  }
}
