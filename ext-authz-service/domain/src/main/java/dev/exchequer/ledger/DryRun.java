package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Endings;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Payer;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Quote;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.Candidate;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.selection.Selection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What admitting a request would come to now, and what would follow if each hop that is tried failed in a way that falls back. Decided by the same walk as
 * a real request; nothing is held or written.
 *
 * @param hops in order; a hop that the walk does not reach is absent
 * @param refusal why nothing would be sent, null = the first hop that is not skipped would be held
 */
public record DryRun(List<Hop> hops, @Nullable Ending refusal) {

  public enum Verdict {
    TRIED_FIRST,
    /** If every hop that is tried before it fails. */
    POSSIBLE,
    SKIPPED
  }

  /**
   * @param position in the route, from 1
   * @param skipReason null unless skipped
   * @param balance that would pay, null = nobody pays, or skipped
   * @param unit null where nobody pays
   * @param holdNanos what would be held, for a skipped hop what it would need; null where nobody pays or no price was found
   */
  public record Hop(
      int position,
      String name,
      ObjectName provider,
      String routeClass,
      String upstreamModel,
      Verdict verdict,
      @Nullable String skipReason,
      @Nullable String reason,
      @Nullable ObjectName balance,
      @Nullable String unit,
      @Nullable Long holdNanos,
      List<Receipt.Considered> considered) {
    public Hop {
      considered = List.copyOf(considered);
    }
  }

  public DryRun {
    hops = List.copyOf(hops);
  }

  static DryRun of(LedgerState state, RequestFacts facts, ProviderView providers, long now) {
    Policy policy = state.policy(facts.planDigest()).orElseThrow(() -> new IllegalStateException("no policy " + facts.planDigest()));
    ApiKey key = Objects.requireNonNull(policy.keys().get(facts.apiKey()));
    Ending limited = Attempts.limited(state, key, now);
    if (limited != null) {
      return new DryRun(List.of(), limited);
    }
    Route route = Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route())));
    Map<Integer, Candidate> candidates = new HashMap<>();
    Selection.candidates(policy, facts).forEach(candidate -> candidates.put(candidate.position(), candidate));
    String model = Objects.requireNonNull(facts.requestedModel());
    List<Hop> hops = new ArrayList<>();
    Ending refusal = null;
    int after = 0;
    for (int attempt = 1; attempt <= route.fallback().maxAttempts(); attempt++) {
      Walk.Outcome outcome = Walk.from(state, facts, policy, after, providers, now);
      for (Receipt.Hop skipped : outcome.skipped()) {
        hops.add(skipped(Objects.requireNonNull(candidates.get(skipped.hop())), skipped, model));
      }
      if (!(outcome instanceof Walk.Take take)) {
        refusal = attempt == 1 && outcome instanceof Walk.Nothing nothing ? Endings.withSkips(nothing.ending(), Attempts.laterClauses(nothing)) : null;
        break;
      }
      hops.add(taken(take, attempt == 1 ? Verdict.TRIED_FIRST : Verdict.POSSIBLE, model));
      after = take.candidate().position();
    }
    return new DryRun(hops, refusal);
  }

  private static Hop taken(Walk.Take take, Verdict verdict, String model) {
    Quote quote = take.quote();
    return hop(
        take.candidate(), model, verdict, null, null, take.balance() == null ? null : take.balance().name(), quote == null ? null : quote.unit(),
        quote == null ? null : Long.valueOf(quote.amountNanos()), take.considered());
  }

  private static Hop skipped(Candidate candidate, Receipt.Hop skipped, String model) {
    String unit = candidate.payer() instanceof Payer.Of of ? of.unit() : null;
    Long needed = candidate.verdict() instanceof Candidate.Payable payable ? Long.valueOf(payable.options().get(0).quote().amountNanos()) : null;
    return hop(candidate, model, Verdict.SKIPPED, skipped.skipReason(), skipped.reason(), null, unit, needed, skipped.considered());
  }

  private static Hop hop(
      Candidate candidate,
      String model,
      Verdict verdict,
      @Nullable String skipReason,
      @Nullable String reason,
      @Nullable ObjectName balance,
      @Nullable String unit,
      @Nullable Long hold,
      List<Receipt.Considered> considered) {
    Route.Hop hop = candidate.hop();
    return new Hop(
        candidate.position(), hop.name(), hop.provider(), hop.routeClass().text(), hop.upstreamModelFor(model), verdict, skipReason, reason, balance, unit, hold,
        considered);
  }
}
