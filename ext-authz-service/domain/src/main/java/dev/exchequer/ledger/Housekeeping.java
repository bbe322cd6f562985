package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.policy.Policy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** What time does: leases end, requests that nobody continues are closed, keys become free, policies that nothing names are dropped. */
final class Housekeeping {
  /** Not by the order in memory: a store that was read again, or that reads only some rows, ends them in the same order. */
  private static final Comparator<Hold> BY_LEASE =
      Comparator.comparingLong(Hold::leaseUntilMs).thenComparing(hold -> hold.id().request()).thenComparingInt(hold -> hold.id().attempt());

  private static final Comparator<RunningRequest> BY_AGE = Comparator.comparingLong(RunningRequest::sinceMs).thenComparing(request -> request.facts().id());

  private final Draft draft;

  Housekeeping(Draft draft) {
    this.draft = draft;
  }

  void sweep() {
    leases();
    abandonedRequests();
    keys();
    policies();
  }

  private void leases() {
    if (draft.now() < draft.state().startedAtMs() + Attempts.LEASE_MS) {
      return;
    }
    Settling settling = new Settling(draft);
    draft.state().activeHolds().stream().filter(hold -> hold.leaseUntilMs() <= draft.now()).filter(settling::canEnd).sorted(BY_LEASE).forEach(settling::expire);
  }

  private void abandonedRequests() {
    for (RunningRequest request : draft.state().runningRequests().stream().sorted(BY_AGE).toList()) {
      if (request.phase() == RunningRequest.Phase.MOVING_ON && request.sinceMs() + Attempts.LEASE_MS <= draft.now()) {
        close(request, Objects.requireNonNull(request.lastEnding()), false);
      }
    }
  }

  private void close(RunningRequest request, Ending ending, boolean clientGone) {
    new Closing(draft).end(request, "Failed", request.hops(), ending, clientGone, request.firstByteMs());
  }

  /** The client's request is over: an attempt that was promised does not come any more. An attempt that runs is ended by its own line. */
  void requestEnded(String id, int status, boolean clientGone) {
    RunningRequest request = draft.state().running(id).orElse(null);
    if (request == null || request.phase() != RunningRequest.Phase.MOVING_ON) {
      return;
    }
    Ending last = Objects.requireNonNull(request.lastEnding());
    boolean restarted = status == 503 && last.httpStatus() != 503;
    close(request, restarted ? Ending.of(503, "accounting_restarted", "the service was restarted between two attempts", new Ending.Retry.Unsaid()) : last, clientGone);
  }

  private void keys() {
    List<IdempotencyKey> over = new ArrayList<>();
    for (IdempotencyKey key : draft.state().idempotencyKeys()) {
      if (key.untilMs() <= draft.now()) {
        over.add(key);
      }
    }
    over.forEach(key -> draft.put(new Change.KeyFreed(key)));
  }

  private void policies() {
    if (draft.state().policies().size() < 2) {
      return;
    }
    Set<String> running = new HashSet<>();
    draft.state().policy().ifPresent(policy -> running.add(policy.digest()));
    draft.state().activeHolds().forEach(hold -> running.add(hold.planDigest()));
    draft.state().runningRequests().forEach(request -> running.add(request.facts().planDigest()));
    for (Policy policy : List.copyOf(draft.state().policies())) {
      if (LateEvidence.mayDrop(running.contains(policy.digest()), draft.state().namedUntil(policy.digest()), draft.now())) {
        draft.put(new Change.PolicyDropped(policy.digest()));
      }
    }
  }
}
