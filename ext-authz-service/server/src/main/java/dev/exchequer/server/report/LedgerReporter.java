package dev.exchequer.server.report;

import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.ReportEnd;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.LedgerPicture;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream of ledger reports to the operator open: all at first, then what changed, at most once a second. The ledger is read beside the lane, and
 * for a tenth of the time at most. Nothing waits for a report: one that does not get through is made good by the next stream, which begins whole.
 */
public final class LedgerReporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerReporter.class);
  /** A picture that takes long is taken less often. */
  private static final int SHARE_OF_TIME = 10;

  /**
   * In milliseconds.
   *
   * @param period between two reports, at least
   * @param sign a report is sent at least this often, be it empty
   * @param backOff after a lost stream
   */
  public record Settings(String node, long period, long sign, long backOff) {
    public static Settings of(String node) {
      return new Settings(node, 1_000, 30_000, 5_000);
    }
  }

  private final Settings settings;
  private final ManagedChannel channel;
  private final LedgerPicture.Source source;
  private final Supplier<Optional<Policy>> policy;
  private final InstantSource clock;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("ledger-report").daemon(true).factory());

  /** All of this is the thread's alone; a stream's late callbacks are told by its number. */
  private long number;
  private @Nullable ClientCallStreamObserver<LedgerReport> out;
  private ToLedgerReport reports = new ToLedgerReport("");
  private long lastSentNanos;

  /**
   * @param channel to the operator; stays open when this is closed
   * @param policy in force; nothing is reported before there is one
   * @param clock which windows of budgets are open
   */
  public LedgerReporter(Settings settings, ManagedChannel channel, LedgerPicture.Source source, Supplier<Optional<Policy>> policy, InstantSource clock) {
    this.settings = settings;
    this.channel = channel;
    this.source = source;
    this.policy = policy;
    this.clock = clock;
  }

  public void start() {
    thread.execute(this::connect);
    thread.schedule(this::tick, settings.period, TimeUnit.MILLISECONDS);
  }

  private void connect() {
    long mine = ++number;
    reports = new ToLedgerReport(settings.node);
    out = (ClientCallStreamObserver<LedgerReport>) PolicyFeedGrpc.newStub(channel).withExecutor(thread).withWaitForReady().report(new Ends(mine));
  }

  private void later(long which, @Nullable Throwable cause) {
    try {
      thread.execute(() -> lost(which, cause));
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  private void lost(long which, @Nullable Throwable cause) {
    if (which == number && out != null) {
      LOG.debug("reports to the operator ended: {}", cause == null ? "by the operator" : cause.getMessage());
      out = null;
      thread.schedule(this::connect, settings.backOff, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    long started = System.nanoTime();
    try {
      report();
    } catch (RuntimeException e) {
      LOG.warn("the ledger was not reported: {}", e.toString());
    }
    long took = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    if (!thread.isShutdown()) {
      thread.schedule(this::tick, Math.max(settings.period, took * SHARE_OF_TIME), TimeUnit.MILLISECONDS);
    }
  }

  private void report() {
    ClientCallStreamObserver<LedgerReport> to = out;
    Optional<Policy> inForce = policy.get();
    // what is not taken off our hands is not looked for: reports would pile up while the operator is away
    if (to == null || !to.isReady() || inForce.isEmpty()) {
      return;
    }
    LedgerPicture picture = source.take(inForce.get(), clock.millis());
    long now = System.nanoTime();
    Optional<LedgerReport> next = reports.next(picture, inForce.get());
    if (next.isPresent() || TimeUnit.NANOSECONDS.toMillis(now - lastSentNanos) >= settings.sign) {
      lastSentNanos = now;
      to.onNext(next.orElseGet(() -> LedgerReport.newBuilder().setNode(settings.node).setAsOfMs(picture.asOfMs()).build()));
    }
  }

  @Override
  public void close() {
    thread.execute(
        () -> {
          ClientCallStreamObserver<LedgerReport> to = out;
          out = null;
          if (to != null) {
            to.onCompleted();
          }
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("a report was still being made");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Ends implements StreamObserver<ReportEnd> {
    private final long which;

    Ends(long which) {
      this.which = which;
    }

    @Override
    public void onNext(ReportEnd end) {}

    @Override
    public void onError(Throwable cause) {
      later(which, cause);
    }

    @Override
    public void onCompleted() {
      later(which, null);
    }
  }
}
