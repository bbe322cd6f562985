package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Endings;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Outcomes;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Bounds;
import dev.exchequer.pricing.HouseCost;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Ends attempts. The first terminal outcome wins and is every later caller's answer; better evidence after an uncertain one posts one correction. */
final class Settling {
  private final Draft draft;
  private final Closing closing;

  Settling(Draft draft) {
    this.draft = draft;
    this.closing = new Closing(draft);
  }

  /** In-band: may move on to another hop. */
  Result.Settled settle(HoldId id, Evidence evidence, ProviderView providers) {
    return end(id, evidence, providers);
  }

  /** By the journal: final. */
  void journalEnd(HoldId id, Evidence evidence) {
    end(id, evidence, null);
  }

  private Result.Settled end(HoldId id, Evidence evidence, @Nullable ProviderView providers) {
    Optional<Hold> known = draft.state().hold(id);
    if (known.isEmpty()) {
      return unknown(id);
    }
    Hold hold = known.get();
    if (hold.active() && !canEnd(hold)) {
      draft.put(new Change.EvidenceUnused(id, LateEvidence.Unused.POLICY_MISSING));
      return unknown(id); // what it holds stays held: nothing says what it costs
    }
    if (hold.active()) {
      return finish(hold, withCheckpoint(hold, evidence), Outcomes.of(evidence), providers);
    }
    if (hold.state().mayBeCorrected() && evidence.usage().reported()) {
      late(hold, evidence);
    }
    return Objects.requireNonNull(hold.answer(), "an ended hold has its answer");
  }

  private static Result.Settled unknown(HoldId id) {
    return new Result.Settled(id, false, false, null, 0, 0, null, null, null);
  }

  /** What was reported while it ran counts where the end says nothing. */
  private static Evidence withCheckpoint(Hold hold, Evidence evidence) {
    Evidence seen = hold.checkpoint();
    return seen == null || evidence.usage().reported() || !seen.usage().reported() ? evidence : evidence.withUsage(seen.usage());
  }

  private Result.Settled finish(Hold hold, Evidence evidence, AttemptOutcome outcome, @Nullable ProviderView providers) {
    RunningRequest request = running(hold);
    Policy policy = policyOf(hold);
    Route route = routeOf(policy, request.facts());
    Judgement judgement = countable(hold, Judgement.of(policy, hold, outcome, evidence));
    boolean usageMissing = !judgement.voided() && !judgement.usage().reported() && correctable(policy, hold);
    Hold.State terminal = judgement.voided() ? Hold.State.VOIDED : usageMissing ? Hold.State.ESTIMATED : Hold.State.SETTLED;
    String name = route.hops().get(hold.position() - 1).name();

    Treasury.Settlement settled = new Treasury(draft).settle(hold, judgement.amount(), Excess.writtenOff(policy, hold, judgement.amount()), "hop " + name + ": " + outcome.text());
    Entry entry = settled.entry();
    HouseCost cost = Costs.of(policy, hold, bounds(hold, route, request.facts()), outcome, evidence);
    Costs.post(draft, hold, HouseEntry.Kind.COST, null, cost);
    Hold freed = hold.ended(draft.now(), terminal, null, judgement.amount(), settled.payment(), cost);
    draft.put(new Change.HoldChanged(freed));

    Walk.Outcome ahead = mayMoveOn(hold, evidence, outcome, route, request, providers) ? walkOn(policy, request, hold, Objects.requireNonNull(providers)) : null;
    boolean next = ahead instanceof Walk.Take;
    Ending ending = Endings.of(outcome, evidence, name);
    List<Receipt.Hop> hops = new ArrayList<>(request.hops());
    String why = Wording.of(outcome, evidence, next);
    hops.add(tried(policy, route, freed, evidence, outcome, judgement, entry, why));
    Long firstByte = evidence.firstByteMs() > 0 ? Long.valueOf(evidence.firstByteMs()) : request.firstByteMs();
    if (!next && ahead instanceof Walk.Nothing nothing) {
      hops.addAll(nothing.skipped());
      ending = ending == null ? null : Endings.withSkips(ending, nothing.clauses());
    }
    Result.Settled answer = answer(hold, next, next ? null : ending, judgement.amount(), request);
    draft.put(new Change.HoldChanged(freed.ended(draft.now(), terminal, answer, judgement.amount(), settled.payment(), cost)));
    if (next) {
      Ending ifNoneComes = ending == null ? Ending.of(502, "provider_unreachable", "no further attempt was made", new Ending.Retry.Unsaid()) : ending;
      draft.put(
          new Change.RequestChanged(
              new RunningRequest(request.facts(), RunningRequest.Phase.MOVING_ON, request.attempt(), request.position(), draft.now(), hops, ifNoneComes, firstByte)));
    } else {
      closing.end(request, status(outcome, evidence), hops, ending, outcome == AttemptOutcome.CLIENT_GONE || evidence.clientGone(), firstByte);
    }
    return answer;
  }

  private static String status(AttemptOutcome outcome, Evidence evidence) {
    return switch (outcome) {
      case COMPLETED -> "Succeeded";
      case CLIENT_GONE -> evidence.released() && evidence.status() >= 200 && evidence.status() <= 299 ? "Succeeded" : "Failed";
      case IN_DOUBT -> "InDoubt";
      case PROVIDER_STATUS, CONNECT_FAILURE, FIRST_BYTE_TIMEOUT, RESPONSE_TIMEOUT, UNREADABLE, EMPTY_ERROR, STREAM_BROKEN -> "Failed";
    };
  }

  private boolean mayMoveOn(Hold hold, Evidence evidence, AttemptOutcome outcome, Route route, RunningRequest request, @Nullable ProviderView providers) {
    return providers != null
        && Outcomes.movesOn(outcome, evidence, route.fallback())
        && hold.id().attempt() < route.fallback().maxAttempts()
        && draft.now() - request.facts().timeMs() < route.fallback().giveUpAfterMs();
  }

  /** The dry walk: another attempt is promised only if it could be held now. */
  private Walk.Outcome walkOn(Policy policy, RunningRequest request, Hold hold, ProviderView providers) {
    return Walk.from(draft.state(), request.facts(), policy, hold.position(), providers, draft.now());
  }

  /** Whether its policy is there: one that is not stops nothing but its own hold, which stays. */
  boolean canEnd(Hold hold) {
    return draft.state().policy(hold.planDigest()).isPresent();
  }

  /** The lease of an attempt is over. */
  void expire(Hold hold) {
    Evidence seen = hold.checkpoint() == null ? Evidence.none() : hold.checkpoint();
    RunningRequest request = running(hold);
    Policy policy = policyOf(hold);
    Route route = routeOf(policy, request.facts());
    Judgement judgement = hold.upstreamSeen() ? inDoubt(policy, hold, seen) : Judgement.nothing(seen.usage());
    String why = hold.upstreamSeen() ? "in doubt: no sign of this attempt for a minute, although it was sent" : "released: nothing shows that this attempt was sent";
    Treasury.Settlement settled = new Treasury(draft).settle(hold, judgement.amount(), Excess.writtenOff(policy, hold, judgement.amount()), why);
    Entry entry = settled.entry();
    AttemptOutcome outcome = hold.upstreamSeen() ? AttemptOutcome.IN_DOUBT : AttemptOutcome.CLIENT_GONE;
    Result.Settled answer = answer(hold, false, null, judgement.amount(), request);
    HouseCost cost = hold.upstreamSeen() ? Costs.of(policy, hold, bounds(hold, route, request.facts()), AttemptOutcome.IN_DOUBT, seen) : null;
    Costs.post(draft, hold, HouseEntry.Kind.COST, null, cost);
    Hold over = hold.ended(draft.now(), hold.upstreamSeen() ? Hold.State.EXPIRED : Hold.State.LEASE_VOIDED, answer, judgement.amount(), settled.payment(), cost);
    draft.put(new Change.HoldChanged(over));
    List<Receipt.Hop> hops = new ArrayList<>(request.hops());
    hops.add(tried(policy, route, over, seen, outcome, judgement, entry, why));
    closing.end(request, hold.upstreamSeen() ? "InDoubt" : "Failed", hops, request.lastEnding(), false, request.firstByteMs());
  }

  private Judgement inDoubt(Policy policy, Hold hold, Evidence seen) {
    Balance definition = hold.balance() == null ? null : policy.balances().get(hold.balance());
    return switch (definition == null ? Balance.OnInDoubt.CHARGE_OBSERVED : definition.onInDoubt()) {
      case CHARGE_OBSERVED -> countable(hold, Judgement.of(policy, hold, AttemptOutcome.IN_DOUBT, seen));
      case RELEASE -> Judgement.nothing(seen.usage());
      case CHARGE_HOLD -> countable(hold, Judgement.whole(hold));
    };
  }

  /** What the provider can have been asked for, whoever pays; of a hop that nobody pays, which has no quote, the input is the text. */
  private static Bounds bounds(Hold hold, Route route, RequestFacts facts) {
    long input = hold.quote() == null ? facts.demand().textBound() : hold.quote().inputBound();
    return new Bounds(input, hold.outputBound(), route.hops().get(hold.position() - 1).maxToolCalls());
  }

  /** A report that would not be charged corrects no estimate. */
  private static boolean correctable(Policy policy, Hold hold) {
    return Objects.requireNonNull(policy.providers().get(hold.subject().provider())).usageTrust() != Provider.UsageTrust.ESTIMATE;
  }

  /** Its holder never sent it: the answer to admit or hold reached nobody. */
  void abandon(HoldId id) {
    Hold hold = draft.state().hold(id).orElse(null);
    if (hold == null || !hold.active() || !canEnd(hold)) {
      return;
    }
    finish(hold, Evidence.none().gone(), AttemptOutcome.CLIENT_GONE, null);
  }

  /** Corrects once, or says why not. */
  private void late(Hold hold, Evidence evidence) {
    Policy policy = draft.state().policy(hold.planDigest()).orElse(null);
    if (draft.now() >= LateEvidence.awaitedUntilMs(hold)) {
      draft.put(new Change.EvidenceUnused(hold.id(), LateEvidence.Unused.TOO_LATE));
    } else if (policy == null) {
      draft.put(new Change.EvidenceUnused(hold.id(), LateEvidence.Unused.POLICY_MISSING));
    } else {
      correct(policy, hold, evidence);
    }
  }

  private void correct(Policy policy, Hold hold, Evidence evidence) {
    Treasury treasury = new Treasury(draft);
    // what was refunded was paid: less than that is not left to correct
    long judged = Math.max(Judgement.of(policy, hold, Outcomes.of(evidence), evidence).amount(), hold.payment().refunded());
    long charge = treasury.counts(hold, judged - hold.charged()) ? judged : hold.charged();
    String reason = "the provider's usage arrived late (" + evidence.usage().source().text() + ")";
    Treasury.Settlement corrected = treasury.correct(hold, charge, Excess.writtenOff(policy, hold, charge), reason);
    HouseCost better = Costs.of(policy, hold, Bounds.ofTokens(0, hold.outputBound()), Outcomes.of(evidence), evidence);
    HouseCost cost = better != null && better.known() ? better : hold.cost();
    Costs.post(draft, hold, HouseEntry.Kind.CORRECTION, hold.cost(), cost);
    draft.put(new Change.HoldChanged(hold.corrected(charge, corrected.payment(), cost)));
  }

  /** An amount that the balance or a budget cannot count is never cut: the whole hold is charged then, and nothing if even that is too much. */
  private Judgement countable(Hold hold, Judgement judgement) {
    Treasury treasury = new Treasury(draft);
    if (treasury.counts(hold, judgement.amount())) {
      return judgement;
    }
    return treasury.counts(hold, hold.amount()) ? Judgement.whole(hold) : new Judgement(false, 0, judgement.usage(), null, judgement.doubt());
  }

  private Receipt.Hop tried(
      Policy policy, Route route, Hold hold, Evidence evidence, AttemptOutcome outcome, Judgement judgement, @Nullable Entry entry, String why) {
    Usage usage = judgement.usage();
    String doubt = evidence.usageRejected() == null ? judgement.doubt() : evidence.usageRejected();
    String reason = doubt == null ? why : why + "; reported usage not believed: " + doubt;
    long posted = hold.balance() == null ? 0 : new Treasury(draft).posted(hold.balance());
    return ReceiptHops.tried(policy, route, hold, evidence, new ReceiptHops.Ended(outcome, reason, usage, judgement.amount(), judgement.charge(), entry, posted, draft.now(), hold.cost()));
  }

  private Result.Settled answer(Hold hold, boolean next, @Nullable Ending ending, long charged, RunningRequest request) {
    ObjectName balance = hold.balance();
    Long after = balance == null ? null : new Treasury(draft).posted(balance);
    return new Result.Settled(hold.id(), true, next, ending, hold.position(), charged, hold.quote() == null ? null : hold.quote().unit(), balance, after, Closing.totals(request.hops()));
  }

  private RunningRequest running(Hold hold) {
    return draft.state().running(hold.id().request()).orElseThrow(() -> new IllegalStateException("an active hold of no request: " + hold.id()));
  }

  private Policy policyOf(Hold hold) {
    return draft.state().policy(hold.planDigest()).orElseThrow(() -> new IllegalStateException("no policy " + hold.planDigest()));
  }

  private static Route routeOf(Policy policy, RequestFacts facts) {
    return Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())));
  }
}
