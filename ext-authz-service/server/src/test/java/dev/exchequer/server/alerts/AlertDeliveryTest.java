package dev.exchequer.server.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerLane;
import dev.exchequer.server.store.OpenLedger;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real receiver on loopback, a real ledger in a folder. */
class AlertDeliveryTest {
  private static final byte[] KEY = "a-secret-of-more-than-24-characters".getBytes(StandardCharsets.UTF_8);
  private static final AlertDelivery.Pace FAST = new AlertDelivery.Pace(5, 5, 20);

  @TempDir Path data;
  private final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Integer> answers = new ConcurrentLinkedQueue<>();
  private HttpServer receiver;

  private record Received(Map<String, String> headers, String body) {}

  @BeforeEach
  void receive() throws IOException {
    receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    receiver.createContext("/", this::take);
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.stop(0);
  }

  private void take(HttpExchange call) throws IOException {
    String body = new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, String> headers = new java.util.TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    call.getRequestHeaders().forEach((name, values) -> headers.put(name, values.getFirst()));
    Integer status = answers.poll();
    if (status != null && status == 302) {
      call.getResponseHeaders().set("location", "/elsewhere");
    }
    call.sendResponseHeaders(status == null ? 204 : status, -1);
    call.close();
    received.add(new Received(headers, body));
  }

  private Webhook webhook() {
    return Webhook.of("http://127.0.0.1:" + receiver.getAddress().getPort() + "/hook?x=1", KEY, false);
  }

  private OpenLedger ledgerBelowItsMark() {
    World world = new World();
    world.withConsent = false;
    world.alertsBelow = List.of(Money.parse("9.95"));
    return new OpenLedger(data, world);
  }

  private static void spend(OpenLedger ledger, String request) {
    ledger.admit(request).join();
    ledger.settle(request).join();
  }

  private Received next() throws InterruptedException {
    Received next = received.poll(20, TimeUnit.SECONDS);
    assertThat(next).as("something is received").isNotNull();
    return next;
  }

  private static void await(LedgerHistory history, long waiting) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (history.alertsWaiting() != waiting) {
      assertThat(System.nanoTime()).as("until " + waiting + " wait").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private AlertDelivery deliver(OpenLedger ledger, AlertDelivery.Observer observer) {
    return AlertDelivery.start(ledger.home.history(), ledger.lane, () -> Optional.of(webhook()), Clock.systemUTC(), FAST, observer);
  }

  @Test
  void itIsSignedAndSaysWhatHappened() throws Exception {
    try (OpenLedger ledger = ledgerBelowItsMark(); AlertDelivery delivery = deliver(ledger, outcome -> {})) {
      spend(ledger, "r");
      Received alert = next();
      String id = java.util.Objects.requireNonNull(alert.headers.get("webhook-id"));
      long seconds = Long.parseLong(java.util.Objects.requireNonNull(alert.headers.get("webhook-timestamp")));
      assertThat(alert.headers.get("webhook-signature")).isEqualTo(webhook().signature(id, seconds, alert.body));
      assertThat(alert.body)
          .contains("\"type\":\"balance.below\"", "\"id\":\"" + id + "\"", "\"balance\":\"default/credit\"", "\"mark\":\"9.950000000\"", "\"posted\":\"9.899970000\"");
      await(ledger.home.history(), 0);
      assertThat(ledger.home.history().alerts(new LedgerHistory.AlertQuery(null, 9)).items()).singleElement().satisfies(row -> assertThat(row.attempts()).isEqualTo(1));
      assertThat(delivery).isNotNull();
    }
  }

  @Test
  void theSignatureIsThatOfStandardWebhooks() {
    Webhook webhook = Webhook.of("https://example.com", java.util.Base64.getDecoder().decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), false);
    assertThat(webhook.signature("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, "{\"test\": 2432232314}"))
        .as("the example of its libraries' tests")
        .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assertThat(webhook.toString()).doesNotContain("MfKQ").isEqualTo("https://example.com/...");
  }

  @Test
  void aReceiverThatFailsIsAskedAgainAlsoAfterARestartWithTheSameIdAndText() throws Exception {
    answers.addAll(List.of(500, 302));
    AtomicInteger failed = new AtomicInteger();
    Received first;
    try (OpenLedger ledger = ledgerBelowItsMark()) {
      AlertDelivery delivery = deliver(ledger, outcome -> failed.addAndGet(outcome == AlertDelivery.Outcome.FAILED ? 1 : 0));
      spend(ledger, "r");
      first = next();
      assertThat(next().headers.get("webhook-id")).isEqualTo(first.headers.get("webhook-id"));
      delivery.close();
    }
    answers.add(503);
    try (OpenLedger ledger = ledgerBelowItsMark(); AlertDelivery delivery = deliver(ledger, outcome -> {})) {
      assertThat(next().headers.get("webhook-id")).isEqualTo(first.headers.get("webhook-id"));
      Received last = next();
      assertThat(last.body).isEqualTo(first.body);
      await(ledger.home.history(), 0);
      assertThat(failed).hasPositiveValue();
      spend(ledger, "s");
      assertThat(received.poll(100, TimeUnit.MILLISECONDS)).as("below the mark it is already").isNull();
      assertThat(delivery).isNotNull();
    }
  }

  @Test
  void aLedgerThatCannotWriteDownWhatWasToldIsNoReasonToTellItAgain() throws Exception {
    AtomicInteger unwritten = new AtomicInteger();
    AtomicBoolean down = new AtomicBoolean(true);
    try (OpenLedger ledger = ledgerBelowItsMark()) {
      LedgerLane lane = new DownLane(ledger.lane, down, unwritten);
      try (AlertDelivery delivery = AlertDelivery.start(ledger.home.history(), lane, () -> Optional.of(webhook()), Clock.systemUTC(), FAST, outcome -> {})) {
        spend(ledger, "r");
        next();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (unwritten.get() < 5) {
          assertThat(System.nanoTime()).as("until it was tried five times to write it down").isLessThan(deadline);
          Thread.onSpinWait();
        }
        assertThat(received).as("told once").isEmpty();
        down.set(false);
        await(ledger.home.history(), 0);
        assertThat(received).isEmpty();
        assertThat(delivery).isNotNull();
      }
    }
  }

  /** Takes nothing while it is down. */
  private record DownLane(LedgerLane lane, AtomicBoolean down, AtomicInteger refused) implements LedgerLane {
    @Override
    public CompletableFuture<Result> submit(Command command) {
      if (down.get()) {
        refused.incrementAndGet();
        return CompletableFuture.failedFuture(new LedgerUnavailable("down"));
      }
      return lane.submit(command);
    }

    @Override
    public CompletableFuture<Result> submit(Command command, BooleanSupplier cancelled, long deadlineNanos) {
      return lane.submit(command, cancelled, deadlineNanos);
    }

    @Override
    public <T> CompletableFuture<T> ask(Question<T> question) {
      return lane.ask(question);
    }
  }

  @Test
  void whatMayNotBeSentThereIsNotSent() throws Exception {
    try (WebhookSender sender = new WebhookSender()) {
      assertThat(sender.send(Webhook.of("http://192.0.2.1/", KEY, false), "a", 1, "{}").orElseThrow()).startsWith("plaintext http to another machine");
      assertThat(sender.send(Webhook.of("https://169.254.169.254/latest", KEY, true), "a", 1, "{}").orElseThrow()).contains("link-local");
      assertThat(sender.send(Webhook.of("http://127.0.0.1:1/secret-path", KEY, false), "a", 1, "{}").orElseThrow()).startsWith("the receiver could not be reached").doesNotContain("secret");
    }
  }

  @Test
  void attemptsGetRarer() {
    AlertDelivery.Pace pace = AlertDelivery.Pace.USUAL;
    assertThat(List.of(pace.after(1), pace.after(2), pace.after(3), pace.after(10), pace.after(11), pace.after(200)))
        .containsExactly(5_000L, 10_000L, 20_000L, 2_560_000L, 3_600_000L, 3_600_000L);
  }
}
