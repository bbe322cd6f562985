package dev.exchequer.ledger;

import dev.exchequer.fallback.AttemptOutcome;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Charge;
import dev.exchequer.pricing.HouseCost;
import dev.exchequer.pricing.Quote;
import dev.exchequer.pricing.Usage;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.Candidate;
import dev.exchequer.selection.SkipReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lines of a receipt's hops. */
final class ReceiptHops {
  private ReceiptHops() {}

  static Receipt.Hop skipped(Candidate candidate, SkipReason reason, String message, List<Receipt.Considered> considered, String requestedModel) {
    Route.Hop hop = candidate.hop();
    return new Receipt.Hop(
        candidate.position(), null, hop.name(), hop.provider().toString(), hop.routeClass().text(), hop.upstreamModelFor(requestedModel), null, null, null,
        role(candidate.position()), "Skipped", reason.text(), message, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
        List.of(), considered, List.of(), null);
  }

  private static String role(int position) {
    return position == 1 ? "Primary" : "Backup";
  }

  /** What ending a hold came to, as far as the receipt tells it. */
  record Ended(
      AttemptOutcome outcome, String reason, Usage usage, long charged, @Nullable Charge charge, @Nullable Entry entry, long postedNow, long endedAtMs, @Nullable HouseCost cost) {}

  static Receipt.Hop tried(Policy policy, Route route, Hold hold, Evidence evidence, Ended ended) {
    Route.Hop hop = route.hops().get(hold.position() - 1);
    Quote quote = hold.quote();
    Balance balance = hold.balance() == null ? null : policy.balances().get(hold.balance());
    Entry entry = ended.entry();
    return new Receipt.Hop(
        hold.position(), hold.id().attempt(), hop.name(), hop.provider().toString(), hop.routeClass().text(), hold.subject().upstreamModel(),
        emptyToNull(evidence.servedModel()), tier(hold.subject().serviceTier()), emptyToNull(evidence.serviceTier()), role(hold.position()), ended.outcome().text(), null, ended.reason(),
        evidence.status() == 0 ? null : evidence.status(), emptyToNull(evidence.providerRequestId()), evidence.latencyMs() > 0 ? evidence.latencyMs() : Math.max(0, ended.endedAtMs() - hold.heldAtMs()),
        usage(policy, hold, ended.usage()), quote == null ? null : quote.amountNanos(), ended.charged(), quote == null ? null : quote.unit(),
        hold.balance() == null ? null : hold.balance().toString(), balance == null ? null : balance.type().text(), entry == null ? null : entry.sequence(),
        hold.balance() == null ? null : entry == null ? ended.postedNow() : entry.before(), hold.balance() == null ? null : entry == null ? ended.postedNow() : entry.after(),
        quote == null ? null : quote.sheet().toString(), quote == null ? null : quote.sheetDigest(), ended.charge() == null ? rate(quote) : ended.charge().rate(),
        multiplier(policy, quote), minimum(ended.charge()), lines(ended.charge()), hold.considered(), paidFrom(entry), cost(ended.cost()));
  }

  private static List<Receipt.PaidFrom> paidFrom(@Nullable Entry entry) {
    return entry == null ? List.of() : entry.allocations().stream().map(lot -> new Receipt.PaidFrom(lot.grant(), -lot.amount())).toList();
  }

  private static @Nullable String rate(@Nullable Quote quote) {
    return quote == null ? null : quote.rate();
  }

  private static @Nullable Long multiplier(Policy policy, @Nullable Quote quote) {
    return quote == null ? null : Objects.requireNonNull(policy.priceSheets().get(quote.sheet())).multiplierNanos();
  }

  private static @Nullable String tier(String asked) {
    return asked.equals("default") ? null : asked;
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }

  private static Receipt.@Nullable HouseCostOn cost(@Nullable HouseCost cost) {
    return cost == null
        ? null
        : new Receipt.HouseCostOn(cost.known() ? Long.valueOf(cost.amountNanos()) : null, cost.unit(), cost.sheet().toString(), cost.digest(), cost.rate(), cost.estimated());
  }

  private static @Nullable Long minimum(@Nullable Charge charge) {
    return charge == null || charge.raisedTo() == 0 ? null : Long.valueOf(charge.raisedTo());
  }

  private static Receipt.UsageOn usage(Policy policy, Hold hold, Usage usage) {
    Provider.UsageTrust trust = Objects.requireNonNull(policy.providers().get(hold.subject().provider())).usageTrust();
    Map<String, Long> meters = new TreeMap<>();
    usage.meters().forEach((meter, quantity) -> meters.put(meter.text(), quantity));
    return new Receipt.UsageOn(meters, usage.source().text(), trust == Provider.UsageTrust.FULL ? null : trust.text());
  }

  private static List<Receipt.Line> lines(@Nullable Charge charge) {
    List<Receipt.Line> lines = new ArrayList<>();
    if (charge != null) {
      for (Charge.Line line : charge.lines()) {
        lines.add(new Receipt.Line(line.meter().text(), line.quantity(), line.priceNanos(), line.per(), line.amount()));
      }
    }
    return lines;
  }
}
