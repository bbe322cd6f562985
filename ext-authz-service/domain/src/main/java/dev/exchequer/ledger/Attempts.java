package dev.exchequer.ledger;

import dev.exchequer.budget.BucketKey;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Endings;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Rates;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.Candidate;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.selection.Selection;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Holds attempts: the first at admission, later ones after an attempt that ended with next. */
final class Attempts {
  /** How long an attempt is believed to run without a sign of it. */
  static final long LEASE_MS = 60_000;

  private static final long MINUTE_MS = 60_000;

  private final Draft draft;
  private final Closing closing;

  Attempts(Draft draft) {
    this.draft = draft;
    this.closing = new Closing(draft);
  }

  Result admit(RequestFacts facts, ProviderView providers) {
    HoldId id = new HoldId(facts.id(), 1);
    Optional<Hold> same = draft.state().hold(id);
    if (same.isPresent()) {
      return held(same.get());
    }
    Policy policy = policyOf(facts.planDigest());
    ApiKey key = Objects.requireNonNull(policy.keys().get(facts.apiKey()));
    Optional<IdempotencyKey> taken = takenKey(facts);
    if (taken.isPresent()) {
      Ending ending = Ending.of(409, "idempotency_conflict", "this Idempotency-Key was used before, by the request with this receipt", new Ending.Retry.No());
      return new Result.Refused(ending, taken.get().request());
    }
    Ending limited = limited(draft.state(), key, draft.now());
    if (limited != null) {
      return closing.denied(facts, limited, List.of());
    }
    return switch (Walk.from(draft.state(), facts, policy, 0, providers, draft.now())) {
      case Walk.Nothing nothing -> closing.denied(facts, Endings.withSkips(nothing.ending(), laterClauses(nothing)), nothing.skipped());
      case Walk.Take take -> {
        String idempotencyKey = facts.idempotencyKey();
        if (idempotencyKey != null) {
          draft.put(new Change.KeyTaken(new IdempotencyKey(facts.apiKey(), idempotencyKey, facts.id(), Long.MAX_VALUE)));
        }
        if (key.requestsPerMinute() > 0) {
          draft.put(new Change.AdmissionCounted(key.name(), draft.now()));
        }
        yield take(facts, id, take, List.of(), null, null);
      }
    };
  }

  /** The refusal's own message tells of the hop that it is about. */
  static List<Endings.Skipped> laterClauses(Walk.Nothing nothing) {
    List<Endings.Skipped> clauses = new ArrayList<>(nothing.clauses());
    clauses.removeIf(clause -> nothing.ending().message().equals(clause.message()));
    return clauses;
  }

  private Optional<IdempotencyKey> takenKey(RequestFacts facts) {
    String key = facts.idempotencyKey();
    return key == null ? Optional.empty() : draft.state().idempotency(facts.apiKey(), key).filter(taken -> taken.untilMs() > draft.now());
  }

  /** What the key's limits say against another request, null = nothing. */
  static @Nullable Ending limited(LedgerState state, ApiKey key, long now) {
    if (state.runningOf(key.name()) >= key.concurrency()) {
      return Ending.of(
          429, "concurrency_limited", "key " + key.label() + " has " + key.concurrency() + " requests running (limits.concurrency)", new Ending.Retry.After(1));
    }
    if (key.requestsPerMinute() > 0) {
      Deque<Long> lastMinute = state.admissionsSince(key.name(), now - MINUTE_MS);
      if (lastMinute.size() >= key.requestsPerMinute()) {
        long seconds = (Objects.requireNonNull(lastMinute.peekFirst()) + MINUTE_MS - now + 999) / 1000;
        String message = "key " + key.label() + " may make " + key.requestsPerMinute() + " requests a minute (limits.requestsPerMinute)";
        return Ending.of(429, "rate_limited", message, new Ending.Retry.After(Math.max(1, seconds)));
      }
    }
    return null;
  }

  Result next(HoldId id, ProviderView providers) {
    Optional<Hold> same = draft.state().hold(id);
    if (same.isPresent()) {
      return held(same.get());
    }
    RunningRequest request = draft.state().running(id.request()).orElse(null);
    if (request == null || request.phase() != RunningRequest.Phase.MOVING_ON || request.attempt() != id.attempt() - 1) {
      return new Result.Refused(
          Ending.of(503, "accounting_restarted", "attempt " + id.attempt() + " does not follow from what the ledger knows of this request", new Ending.Retry.Unsaid()),
          request == null ? null : id.request());
    }
    RequestFacts facts = request.facts();
    Policy policy = policyOf(facts.planDigest());
    Route route = Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())));
    if (draft.now() - facts.timeMs() >= route.fallback().giveUpAfterMs()) {
      return closing.exhausted(request, new Walk.Nothing(Objects.requireNonNull(request.lastEnding()), List.of(), List.of()));
    }
    return switch (Walk.from(draft.state(), facts, policy, request.position(), providers, draft.now())) {
      case Walk.Take take -> take(facts, id, take, request.hops(), request.lastEnding(), request.firstByteMs());
      case Walk.Nothing nothing -> closing.exhausted(request, nothing);
    };
  }

  private Result take(RequestFacts facts, HoldId id, Walk.Take take, List<Receipt.Hop> before, @Nullable Ending lastEnding, @Nullable Long firstByteMs) {
    List<Receipt.Hop> hops = new ArrayList<>(before);
    hops.addAll(take.skipped());
    List<BucketKey> keys = new ArrayList<>();
    take.buckets().forEach(bucket -> {
      draft.put(new Change.BucketChanged(bucket));
      keys.add(bucket.key());
    });
    Candidate candidate = take.candidate();
    Route.Hop hop = candidate.hop();
    String model = Objects.requireNonNull(facts.requestedModel());
    Rates.Subject subject = new Rates.Subject(hop.routeClass(), hop.provider(), hop.upstreamModelFor(model), model, facts.demand().serviceTier());
    Hold hold =
        new Hold(
            id, Hold.State.ACTIVE, facts.planDigest(), candidate.position(), subject, take.balance() == null ? null : take.balance().name(), take.quote(),
            candidate.outputCap(), Selection.outputBound(candidate.outputCap(), facts.demand()), keys, take.considered(), draft.now(), draft.now() + LEASE_MS, false, null, null, 0, Payment.NONE, null);
    draft.put(new Change.HoldChanged(new Treasury(draft).hold(hold)));
    draft.put(
        new Change.RequestChanged(
            new RunningRequest(facts, RunningRequest.Phase.SENT, id.attempt(), candidate.position(), draft.now(), hops, lastEnding, firstByteMs)));
    return new Result.Held(id, candidate.position(), candidate.outputCap(), hold.balance(), take.quote() == null ? null : take.quote().unit(), hold.amount());
  }

  /** The same hold asked for again: the first answer. */
  private static Result held(Hold hold) {
    return new Result.Held(hold.id(), hold.position(), hold.outputCap(), hold.balance(), hold.quote() == null ? null : hold.quote().unit(), hold.amount());
  }

  private Policy policyOf(String digest) {
    return draft.state().policy(digest).orElseThrow(() -> new IllegalStateException("no policy " + digest));
  }
}
