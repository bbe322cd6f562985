package dev.exchequer.server.engine;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Outcomes;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.ProviderView.Standing;
import dev.exchequer.policy.Route;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** Failures in a row by provider, in memory: after so many it rests, then one probe may try it. */
final class ProviderHealth {
  /** A probe that was promised and never came back frees the place after this long. */
  private static final long PROBE_NANOS = 30_000_000_000L;

  /**
   * @param failures in a row
   * @param restUntilNanos 0 = not resting
   * @param probeSinceNanos 0 = no probe under way
   */
  private record Record(int failures, long restUntilNanos, long probeSinceNanos) {}

  private final ConcurrentMap<ObjectName, Record> records = new ConcurrentHashMap<>();

  /** @param probing the command may try one resting provider whose rest is over */
  ProviderView view(long nowNanos, boolean probing) {
    if (records.isEmpty()) {
      return ProviderView.ALL_WELL;
    }
    Map<ObjectName, Standing> standings = new HashMap<>();
    records.forEach(
        (provider, record) -> {
          Standing standing = standing(provider, record, nowNanos, probing);
          if (standing != null) {
            standings.put(provider, standing);
          }
        });
    return standings.isEmpty() ? ProviderView.ALL_WELL : new ProviderView(standings);
  }

  private @Nullable Standing standing(ObjectName provider, Record record, long nowNanos, boolean probing) {
    if (record.restUntilNanos == 0) {
      return null;
    }
    long left = record.restUntilNanos - nowNanos;
    if (left > 0) {
      return new Standing.CoolingDown((left + 999_999_999L) / 1_000_000_000L);
    }
    if (record.probeSinceNanos != 0 && nowNanos - record.probeSinceNanos < PROBE_NANOS) {
      return new Standing.CoolingDown(1);
    }
    if (!probing) {
      return new Standing.Probe();
    }
    boolean mine = records.replace(provider, record, new Record(record.failures, record.restUntilNanos, nowNanos));
    return mine ? new Standing.Probe() : new Standing.CoolingDown(1);
  }

  /** The command that was given probes took another provider, or none: their places are free again. */
  void unused(ProviderView view, @Nullable ObjectName taken) {
    view.standings()
        .forEach(
            (provider, standing) -> {
              if (standing instanceof Standing.Probe && !provider.equals(taken)) {
                records.computeIfPresent(provider, (p, record) -> new Record(record.failures, record.restUntilNanos, 0));
              }
            });
  }

  void ended(ObjectName provider, Route.Fallback fallback, Evidence evidence, long nowNanos) {
    AttemptOutcome outcome = Outcomes.of(evidence);
    if (fallback.cooldownFailures() == 0 || outcome == AttemptOutcome.CLIENT_GONE) {
      return;
    }
    if (!Outcomes.providerFailed(outcome, evidence.status())) {
      records.remove(provider);
      return;
    }
    records.merge(
        provider,
        new Record(1, fallback.cooldownFailures() <= 1 ? rest(fallback, nowNanos) : 0, 0),
        (before, first) -> {
          int failures = before.failures + 1;
          return new Record(failures, failures >= fallback.cooldownFailures() ? rest(fallback, nowNanos) : 0, 0);
        });
  }

  private static long rest(Route.Fallback fallback, long nowNanos) {
    long until = nowNanos + fallback.cooldownMs() * 1_000_000;
    return until == 0 ? 1 : until;
  }
}
