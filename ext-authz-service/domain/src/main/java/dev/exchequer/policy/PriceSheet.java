package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Versioned prices in one unit. The first matching rate wins.
 *
 * @param multiplierNanos 1.0 = 1_000_000_000
 * @param effectiveFromMs inclusive, 0 = always
 * @param effectiveUntilMs exclusive, 0 = never ends
 * @param digest lower-case hex SHA-256 of its content, printed on receipts and pinned in holds
 */
public record PriceSheet(
    ObjectName name,
    String unit,
    long multiplierNanos,
    long effectiveFromMs,
    long effectiveUntilMs,
    Terms terms,
    List<Rate> rates,
    String digest) {

  /** Which attempts are charged: the table of docs/design/prices.md. */
  public enum ChargeOn {
    /** What reached the client. */
    DELIVERED,
    /** Also what failed, where the provider reported usage for it. */
    UPSTREAM_BILLED,
    /** Only complete answers, and those that the client itself broke off. */
    SUCCESS_ONLY
  }

  /**
   * When a hop is charged, and how much at least.
   *
   * @param minimumChargeNanos of every charge that is not 0, after the multiplier; 0 = none
   */
  public record Terms(ChargeOn chargeOn, MissingUsage missingUsage, long minimumChargeNanos) {
    public static final Terms DEFAULT = new Terms(ChargeOn.DELIVERED, MissingUsage.ESTIMATE, 0);

    public Terms {
      if (minimumChargeNanos < 0) {
        throw new IllegalArgumentException("a negative minimum charge");
      }
    }
  }

  /** What a delivered answer without usage costs. */
  public enum MissingUsage {
    ESTIMATE,
    CHARGE_HOLD,
    FREE
  }

  /** Empty sets and lists match anything; fields are ANDed, values ORed. */
  public record Match(
      Set<RouteClass> routeClasses,
      Set<ObjectName> providers,
      List<ModelPattern> upstreamModels,
      List<ModelPattern> requestedModels,
      Set<String> serviceTiers) {
    public Match {
      routeClasses = Set.copyOf(routeClasses);
      providers = Set.copyOf(providers);
      upstreamModels = List.copyOf(upstreamModels);
      requestedModels = List.copyOf(requestedModels);
      serviceTiers = Set.copyOf(serviceTiers);
    }
  }

  /** @param per a power of ten, at most 10^9; the price is for that many of the meter */
  public record MeterPrice(Meter meter, long per, long priceNanos) {}

  /** Prices that replace those of the same meter when the input is over the limit (or at it, when inclusive). */
  public record ContextTier(long inputTokens, boolean inclusive, Map<Meter, MeterPrice> meters) {
    public ContextTier {
      meters = Map.copyOf(meters);
    }

    public boolean appliesTo(long inputTokenCount) {
      return inclusive ? inputTokenCount >= inputTokens : inputTokenCount > inputTokens;
    }
  }

  /** @param noCharge the hop costs 0 and needs no meters */
  public record Rate(String name, Match match, boolean noCharge, Map<Meter, MeterPrice> meters, List<ContextTier> contextTiers) {
    public Rate {
      meters = Map.copyOf(meters);
      contextTiers = List.copyOf(contextTiers);
    }

    /** Whether the tools that a provider runs cost something here, be it in one context tier only. */
    public boolean paysToolCalls() {
      return !noCharge
          && Stream.concat(Stream.of(meters), contextTiers.stream().map(ContextTier::meters))
              .flatMap(prices -> prices.values().stream())
              .anyMatch(price -> price.meter() == Meter.TOOL_CALL && price.priceNanos() > 0);
    }
  }

  public PriceSheet {
    rates = List.copyOf(rates);
  }

  /** One that charges what is delivered, without a minimum. */
  public PriceSheet(
      ObjectName name, String unit, long multiplierNanos, long effectiveFromMs, long effectiveUntilMs, MissingUsage missingUsage, List<Rate> rates, String digest) {
    this(name, unit, multiplierNanos, effectiveFromMs, effectiveUntilMs, new Terms(ChargeOn.DELIVERED, missingUsage, 0), rates, digest);
  }

  public boolean effectiveAt(long nowMs) {
    return effectiveFromMs <= nowMs && (effectiveUntilMs == 0 || nowMs < effectiveUntilMs);
  }
}
