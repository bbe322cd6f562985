package dev.exchequer.operator.reconcile;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.status.LedgerStatus;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.Projection;
import dev.exchequer.operator.status.ProjectionQueue;
import dev.exchequer.operator.status.StatusApply;
import dev.exchequer.operator.status.TokenBucket;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a gateway reports of its ledger becomes the projections in statuses and the finalizers of balances; by the replica that it reports to, whether that
 * leads or not. Called by one thread at a time, but for {@link #heard}.
 */
final class LedgerLoop {
  private static final Logger LOG = LoggerFactory.getLogger(LedgerLoop.class);
  private static final Duration REFRESH = Duration.ofSeconds(60);
  /** Shown while a deletion waits, so that the leader sees that somebody still reports. */
  private static final Duration REFRESH_DELETED = Duration.ofSeconds(30);
  private static final int FINALIZERS = 5;
  private static final Duration FINALIZER = Duration.ofMillis(200);

  private final LiveObjects objects;
  private final Supplier<Optional<ObjectKey>> gateway;
  private final StatusApply apply;
  private final Finalizers finalizers;
  private final OpenHolds holds;
  private final ProjectionQueue queue;
  private final InstantSource clock;
  private final BooleanSupplier leads;
  private final TokenBucket finalizerBucket;
  private final Map<ObjectKey, Instant> refreshed = new HashMap<>();
  private final ConcurrentLinkedQueue<LedgerReport> inbox = new ConcurrentLinkedQueue<>();
  private final Map<ObjectKey, BalanceReport> balances = new HashMap<>();
  private String node = "";
  private long asOfMs;

  /**
   * @param gateway the one in force
   * @param apply with a field manager of the ledger's own
   */
  LedgerLoop(
      LiveObjects objects, Supplier<Optional<ObjectKey>> gateway, StatusApply apply, Finalizers finalizers, InstantSource clock, BooleanSupplier leads) {
    this.objects = objects;
    this.gateway = gateway;
    this.apply = apply;
    this.finalizers = finalizers;
    this.clock = clock;
    this.leads = leads;
    this.holds = new OpenHolds(clock);
    this.queue = new ProjectionQueue(clock);
    this.finalizerBucket = new TokenBucket(FINALIZERS, FINALIZER, clock);
  }

  /** Returns at once; any thread. */
  void heard(LedgerReport report) {
    inbox.add(report);
  }

  /** Writes what may be written now. */
  void tick() {
    for (LedgerReport report = inbox.poll(); report != null; report = inbox.poll()) {
      take(report);
    }
    Optional<Map.Entry<ObjectKey, Projection>> next = next();
    while (next.isPresent()) {
      write(next.get().getKey(), next.get().getValue());
      next = next();
    }
  }

  private Optional<Map.Entry<ObjectKey, Projection>> next() {
    return queue.next(key -> objects.find(key).isPresent());
  }

  private void take(LedgerReport report) {
    holds.heard(report);
    node = report.getNode();
    asOfMs = report.getAsOfMs();
    report.getBalancesList().forEach(
        balance -> {
          ObjectKey key = new ObjectKey("Balance", ObjectName.parse(balance.getName()));
          balances.put(key, balance);
          offer(key, LedgerStatus.balance(balance, report.getAsOfMs(), isDeleted(key)));
        });
    report.getBudgetsList().forEach(
        budget -> offer(new ObjectKey("Budget", ObjectName.parse(budget.getName())), LedgerStatus.budget(budget, report.getAsOfMs())));
  }

  private boolean isDeleted(ObjectKey key) {
    return objects.find(key).filter(live -> live.deletedAt() != null).isPresent();
  }

  private void offer(ObjectKey key, Projection projection) {
    queue.offer(key, projection);
    Optional<Live> live = objects.find(key);
    if (live.filter(there -> projection.isIn(there.status())).isPresent()) {
      queue.known(key, projection);
    }
  }

  /** What changes without a report: deletions, and the signs that reports still come. */
  void look() {
    Instant now = clock.instant();
    List<Live> live = objects.ofKind("Balance");
    holds.steps(live, leads.getAsBoolean())
        .forEach(
            (balance, step) -> {
              if (finalizerBucket.take()) {
                finalizers.take(balance, step);
              }
            });
    if (!holds.hears()) {
      return;
    }
    for (Live balance : live) {
      if (balance.deletedAt() != null && holds.isOpen(balance.key())) {
        waits(balance.key(), now);
      }
    }
    gateway.get().ifPresent(key -> {
      queue.offer(key, LedgerStatus.gateway(node, holds.total(), asOfMs));
      again(key, REFRESH, now);
    });
  }

  private void waits(ObjectKey key, Instant now) {
    BalanceReport report = balances.get(key);
    if (report != null) {
      queue.offer(key, LedgerStatus.balance(report, asOfMs, true));
      again(key, REFRESH_DELETED, now);
    }
  }

  private void again(ObjectKey key, Duration after, Instant now) {
    if (!refreshed.getOrDefault(key, Instant.MIN).isAfter(now.minus(after))) {
      refreshed.put(key, now);
      queue.again(key);
    }
  }

  private void write(ObjectKey key, Projection projection) {
    Optional<Live> there = objects.find(key);
    if (there.isEmpty()) {
      queue.failed(key, projection);
      return;
    }
    Live live = there.get();
    if (projection.olderThan(live.status())) {
      return; // another replica wrote a newer one
    }
    try {
      apply.apply(key, live.uid(), projection.status(live.status(), clock.instant()));
    } catch (KubernetesClientException e) {
      LOG.info("the ledger's part of the status of {} was not written, it is tried again: {}", key, e.getMessage());
      queue.failed(key, projection);
    }
  }

  /** A clean stop: nothing waits for a replica that is gone. */
  void leave() {
    holds.leave(objects.ofKind("Balance")).forEach(balance -> finalizers.take(balance, OpenHolds.Step.REMOVE));
  }
}
