package dev.exchequer.cli.kill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a running service says of its ledger by its admin API, and whether it adds up. Entries are read once: they are never edited. */
final class Books {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern OPEN = Pattern.compile("(?m)^exchequer_open_holds ([0-9.E+]+)$");
  private static final int PAGE = 500;
  private static final String BALANCE = "/api/v1/namespaces/default/balances/" + PlayedOperator.BALANCE;

  private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Victim victim;
  /** What each request has cost so far, nano-units: its charge, and the correction of one whose lease ended before its settlement came. */
  private final Map<String, Long> charged = new HashMap<>();

  private final Set<String> posts = new HashSet<>();
  private long sequence;
  private long posted;

  Books(Victim victim) {
    this.victim = victim;
  }

  /** How many requests have been charged. */
  int charges() {
    return charged.size();
  }

  /**
   * @param holds ids (REQUEST/1) whose Settle was acknowledged
   * @throws AssertionError if one has no receipt, or did not cost its price
   */
  void allSettled(List<String> holds) {
    for (String hold : holds) {
      JsonNode receipt = read("/api/v1/receipts/" + request(hold));
      that(receipt.path("status").asText().equals("Succeeded"), "acknowledged " + hold + " has the receipt " + receipt);
      that(nanos(receipt.at("/hops/0/charge")) == PlayedOperator.PRICE, hold + " costs " + receipt.at("/hops/0/charge"));
    }
    allPaid(holds);
  }

  /** @throws AssertionError if one of these holds (REQUEST/1) did not cost exactly its price, once */
  void allPaid(List<String> holds) {
    for (String hold : holds) {
      that(charged.getOrDefault(request(hold), 0L) == PlayedOperator.PRICE, hold + " has cost " + charged.get(request(hold)));
    }
  }

  /** Waits for the admin API: it opens after the sockets that Envoy asks at. */
  void awaitOpen() throws InterruptedException {
    HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + victim.adminPort() + "/healthz")).build();
    for (long until = System.nanoTime() + 60_000_000_000L; ; LockSupport.parkNanos(5_000_000)) {
      try {
        if (http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException notYet) {
        that(System.nanoTime() < until, "the admin API does not open");
      }
    }
  }

  /** Entries have no gap, follow one another and sum to the balance; no request costs anything but its price; what is held is what the open holds hold. */
  void addUp() {
    readEntries();
    JsonNode balance = read(BALANCE);
    that(nanos(balance.get("posted")) == posted, "posted " + balance.get("posted") + ", entries say " + posted);
    that(balance.get("sequence").asLong() == sequence, "sequence " + balance.get("sequence") + ", entries say " + sequence);
    that(posted == PlayedOperator.GRANTED - charged.size() * PlayedOperator.PRICE, charged.size() + " charges leave " + posted);
    Matcher open = OPEN.matcher(get("/metrics"));
    that(open.find(), "no metric of open holds");
    long holds = (long) Double.parseDouble(open.group(1));
    that(nanos(balance.get("held")) == holds * PlayedOperator.PRICE, holds + " open holds hold " + balance.get("held"));
  }

  private void readEntries() {
    java.util.ArrayDeque<JsonNode> fresh = new java.util.ArrayDeque<>();
    String cursor = "";
    boolean more = true;
    while (more) {
      JsonNode page = read(BALANCE + "/entries?limit=" + PAGE + (cursor.isEmpty() ? "" : "&cursor=" + cursor));
      more = page.get("nextCursor").isTextual();
      cursor = page.get("nextCursor").asText();
      for (JsonNode entry : page.get("items")) {
        if (entry.get("sequence").asLong() <= sequence) {
          more = false;
          break;
        }
        fresh.addFirst(entry);
      }
    }
    fresh.forEach(this::post);
  }

  private void post(JsonNode entry) {
    sequence++;
    that(entry.get("sequence").asLong() == sequence, "a gap before " + entry);
    that(nanos(entry.get("before")) == posted, "the balance was " + posted + " before " + entry);
    posted += nanos(entry.get("amount"));
    that(nanos(entry.get("after")) == posted, "the balance is " + posted + " after " + entry);
    if (entry.get("receipt").isTextual()) {
      String receipt = entry.get("receipt").asText();
      that(posts.add(entry.get("kind").asText() + " " + receipt), "booked twice: " + entry);
      long cost = charged.merge(receipt, -nanos(entry.get("amount")), Long::sum);
      that(cost == PlayedOperator.PRICE, receipt + " has cost " + cost + " after " + entry);
    }
  }

  private static String request(String hold) {
    return hold.substring(0, hold.lastIndexOf('/'));
  }

  private static long nanos(JsonNode amount) {
    return new BigDecimal(amount.asText()).movePointRight(9).longValueExact();
  }

  private static void that(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  private JsonNode read(String path) {
    try {
      return JSON.readTree(get(path));
    } catch (IOException e) {
      throw new AssertionError(path, e);
    }
  }

  private String get(String path) {
    try {
      String token = Files.readString(victim.data().resolve("admin.token")).strip();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + victim.adminPort() + path)).header("authorization", "Bearer " + token).build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      that(answer.statusCode() == 200, path + " answers " + answer.statusCode() + " " + answer.body());
      return answer.body();
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(path, e);
    }
  }
}
