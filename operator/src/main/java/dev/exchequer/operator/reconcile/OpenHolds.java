package dev.exchequer.operator.reconcile;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.status.Live;
import dev.exchequer.operator.status.Times;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which balances wait for their open holds before they go: the finalizer is on one only while the ledger says that it has some. Money lives in the ledger and
 * outlives the object, so nothing may hang for it: where no gateway reports any more, the leader lets a deleted one go.
 */
final class OpenHolds {
  static final String FINALIZER = "exchequer.dev/open-holds";

  /** Two leases of a hold: after that no request of a gateway that is gone is under way. */
  static final Duration SILENCE = Duration.ofSeconds(120);

  /** A balance in use has holds again in a moment: the finalizer is not taken off for less. */
  static final Duration CALM = Duration.ofSeconds(15);

  /** What is to be done with the finalizer of one balance. */
  enum Step {
    ADD,
    REMOVE
  }

  private final InstantSource clock;
  private final Instant startedAt;
  private final Map<String, Long> open = new HashMap<>();
  private final Map<String, Instant> calmSince = new HashMap<>();
  private final Set<String> reported = new HashSet<>();
  private @Nullable Instant heardAt;

  OpenHolds(InstantSource clock) {
    this.clock = clock;
    this.startedAt = clock.instant();
  }

  synchronized void heard(LedgerReport report) {
    heardAt = clock.instant();
    if (report.getWhole()) {
      // what a whole report does not name, the ledger does not have: nothing is open there
      open.keySet().stream().toList().forEach(name -> count(name, 0));
    }
    for (BalanceReport balance : report.getBalancesList()) {
      count(balance.getName(), balance.getOpenHolds());
      reported.add(balance.getName());
    }
  }

  private void count(String name, long holds) {
    if (holds > 0) {
      calmSince.remove(name);
      open.put(name, holds);
    } else {
      calmSince.putIfAbsent(name, clock.instant());
      open.remove(name);
    }
  }

  /** Of all balances. */
  synchronized long total() {
    return open.values().stream().mapToLong(Long::longValue).sum();
  }

  synchronized boolean isOpen(ObjectKey balance) {
    return open.containsKey(balance.name().toString());
  }

  /** Whether some gateway reports to this replica. */
  synchronized boolean hears() {
    Instant last = heardAt;
    return last != null && last.plus(SILENCE).isAfter(clock.instant());
  }

  /**
   * What is to be done now; those that were deleted first: somebody waits for them.
   *
   * @param leads whether this replica decides where nobody reports
   */
  synchronized Map<Live, Step> steps(List<Live> balances, boolean leads) {
    Map<Live, Step> steps = new LinkedHashMap<>();
    List<Live> inOrder = new ArrayList<>(balances);
    inOrder.sort(Comparator.comparing(balance -> balance.deletedAt() == null));
    for (Live balance : inOrder) {
      Step step = step(balance, leads);
      if (step != null) {
        steps.put(balance, step);
      }
    }
    return steps;
  }

  private @Nullable Step step(Live balance, boolean leads) {
    boolean on = balance.finalizers().contains(FINALIZER);
    String name = balance.key().name().toString();
    if (!hears()) {
      return on && leads && isForgotten(balance) ? Step.REMOVE : null;
    }
    if (open.containsKey(name)) {
      // the API server takes no new finalizer on what is going
      return on || balance.deletedAt() != null ? null : Step.ADD;
    }
    return on && (balance.deletedAt() != null || isCalm(name)) ? Step.REMOVE : null;
  }

  private boolean isCalm(String name) {
    Instant since = calmSince.get(name);
    return since == null || !since.plus(CALM).isAfter(clock.instant());
  }

  /** It was deleted, and for long enough nobody reported: not to this replica, and not to another, which would have said so in its status. */
  private boolean isForgotten(Live balance) {
    Instant deleted = balance.deletedAt();
    Instant last = heardAt;
    Instant before = clock.instant().minus(SILENCE);
    boolean elsewhere = balance.status() != null && Times.millis(balance.status().path("asOf").asText()) > before.toEpochMilli();
    return deleted != null && !elsewhere && !deleted.isAfter(before) && !(last == null ? startedAt : last).isAfter(before);
  }

  /** Those that this replica has to let go when it stops: it knows them by reports. */
  synchronized List<Live> leave(List<Live> balances) {
    return heardAt == null
        ? List.of()
        : balances.stream().filter(balance -> balance.finalizers().contains(FINALIZER) && reported.contains(balance.key().name().toString())).toList();
  }
}
