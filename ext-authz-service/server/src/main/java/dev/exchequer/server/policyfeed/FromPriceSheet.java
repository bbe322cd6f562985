package dev.exchequer.server.policyfeed;

import static dev.exchequer.server.policyfeed.Fields.amount;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Price sheets; the digest that receipts print must be that of the prices that are charged. */
final class FromPriceSheet {
  private static final long MAX_PER = 1_000_000_000L;

  private FromPriceSheet() {}

  static PriceSheet sheet(dev.exchequer.api.v1.PriceSheet m) {
    String digest = FromAccountingPolicy.digestOf(m.toBuilder().clearDigest().build().toByteArray());
    if (!digest.equals(m.getDigest())) {
      throw new IllegalArgumentException("the digest is that of other content: says " + m.getDigest() + ", is " + digest);
    }
    return new PriceSheet(
        ObjectName.parse(m.getName()),
        Fields.text("unit", m.getUnit()),
        Money.parse(m.getMultiplier()),
        amount("effective_from_ms", m.getEffectiveFromMs()),
        amount("effective_until_ms", m.getEffectiveUntilMs()),
        terms(m),
        m.getRatesList().stream().map(FromPriceSheet::rate).toList(),
        digest);
  }

  private static PriceSheet.Terms terms(dev.exchequer.api.v1.PriceSheet m) {
    return new PriceSheet.Terms(
        switch (m.getChargeOn()) {
          case DELIVERED -> PriceSheet.ChargeOn.DELIVERED;
          case UPSTREAM_BILLED -> PriceSheet.ChargeOn.UPSTREAM_BILLED;
          case SUCCESS_ONLY -> PriceSheet.ChargeOn.SUCCESS_ONLY;
          case UNRECOGNIZED -> throw Fields.unknown("charge_on");
        },
        switch (m.getMissingUsage()) {
          case ESTIMATE -> PriceSheet.MissingUsage.ESTIMATE;
          case CHARGE_HOLD -> PriceSheet.MissingUsage.CHARGE_HOLD;
          case FREE_OF_CHARGE -> PriceSheet.MissingUsage.FREE;
          case UNRECOGNIZED -> throw Fields.unknown("missing_usage");
        },
        amount("minimum_charge_nanos", m.getMinimumChargeNanos()));
  }

  private static PriceSheet.Rate rate(dev.exchequer.api.v1.Rate m) {
    return new PriceSheet.Rate(
        m.getName(),
        new PriceSheet.Match(
            Fields.routeClasses(m.getRouteClassesList()),
            Set.copyOf(Fields.names(m.getProvidersList())),
            Fields.patterns(m.getUpstreamModelsList()),
            Fields.patterns(m.getRequestedModelsList()),
            Set.copyOf(m.getServiceTiersList())),
        m.getNoCharge(),
        meters(m.getMetersList()),
        m.getContextTiersList().stream()
            .map(t -> new PriceSheet.ContextTier(amount("input_tokens", t.getInputTokens()), t.getInclusive(), meters(t.getMetersList())))
            .toList());
  }

  private static Map<Meter, PriceSheet.MeterPrice> meters(List<dev.exchequer.api.v1.MeterPrice> messages) {
    Map<Meter, PriceSheet.MeterPrice> prices = new EnumMap<>(Meter.class);
    for (dev.exchequer.api.v1.MeterPrice m : messages) {
      Meter meter = Meter.of(m.getMeter());
      PriceSheet.MeterPrice price = new PriceSheet.MeterPrice(meter, per(m.getPer()), amount("price of " + m.getMeter(), m.getPriceNanos()));
      if (prices.put(meter, price) != null) {
        throw new IllegalArgumentException("two prices for " + m.getMeter());
      }
    }
    return prices;
  }

  /** A power of ten, so that every line of a receipt is an exact decimal. */
  private static long per(long value) {
    for (long power = 1; power <= MAX_PER; power *= 10) {
      if (power == value) {
        return value;
      }
    }
    throw new IllegalArgumentException("per must be a power of ten up to " + MAX_PER + ", not " + value);
  }
}
