package dev.exchequer.operator.policy;

import dev.exchequer.api.v1.ContextTier;
import dev.exchequer.api.v1.MeterPrice;
import dev.exchequer.api.v1.Rate;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.operator.model.Sha256;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Price sheets on the wire, and the digest that receipts print and holds pin. */
public final class ToPriceSheet {
  private ToPriceSheet() {}

  /** The same sheet, with its digest: the SHA-256 of its message without the digest. */
  public static PriceSheet withDigest(PriceSheet sheet) {
    String digest = Sha256.hex(Wire.canonical(message(sheet).toBuilder().clearDigest().build()));
    return new PriceSheet(
        sheet.name(),
        sheet.unit(),
        sheet.multiplierNanos(),
        sheet.effectiveFromMs(),
        sheet.effectiveUntilMs(),
        sheet.terms(),
        sheet.rates(),
        digest);
  }

  static dev.exchequer.api.v1.PriceSheet message(PriceSheet sheet) {
    return dev.exchequer.api.v1.PriceSheet.newBuilder()
        .setName(sheet.name().toString())
        .setUnit(sheet.unit())
        .setMultiplier(Money.text(sheet.multiplierNanos()))
        .setEffectiveFromMs(sheet.effectiveFromMs())
        .setEffectiveUntilMs(sheet.effectiveUntilMs())
        .setMissingUsage(missingUsage(sheet.terms().missingUsage()))
        .setChargeOn(chargeOn(sheet.terms().chargeOn()))
        .setMinimumChargeNanos(sheet.terms().minimumChargeNanos())
        .addAllRates(sheet.rates().stream().map(ToPriceSheet::rate).toList())
        .setDigest(sheet.digest())
        .build();
  }

  private static dev.exchequer.api.v1.PriceSheet.MissingUsage missingUsage(PriceSheet.MissingUsage missingUsage) {
    return switch (missingUsage) {
      case ESTIMATE -> dev.exchequer.api.v1.PriceSheet.MissingUsage.ESTIMATE;
      case CHARGE_HOLD -> dev.exchequer.api.v1.PriceSheet.MissingUsage.CHARGE_HOLD;
      case FREE -> dev.exchequer.api.v1.PriceSheet.MissingUsage.FREE_OF_CHARGE;
    };
  }

  private static dev.exchequer.api.v1.PriceSheet.ChargeOn chargeOn(PriceSheet.ChargeOn chargeOn) {
    return switch (chargeOn) {
      case DELIVERED -> dev.exchequer.api.v1.PriceSheet.ChargeOn.DELIVERED;
      case UPSTREAM_BILLED -> dev.exchequer.api.v1.PriceSheet.ChargeOn.UPSTREAM_BILLED;
      case SUCCESS_ONLY -> dev.exchequer.api.v1.PriceSheet.ChargeOn.SUCCESS_ONLY;
    };
  }

  private static Rate rate(PriceSheet.Rate rate) {
    PriceSheet.Match match = rate.match();
    return Rate.newBuilder()
        .setName(rate.name())
        .addAllRouteClasses(Wire.routeClasses(match.routeClasses()))
        .addAllProviders(sorted(match.providers().stream().map(ObjectName::toString).toList()))
        .addAllUpstreamModels(Wire.models(match.upstreamModels()))
        .addAllRequestedModels(Wire.models(match.requestedModels()))
        .addAllServiceTiers(sorted(match.serviceTiers()))
        .setNoCharge(rate.noCharge())
        .addAllMeters(meters(rate.meters()))
        .addAllContextTiers(rate.contextTiers().stream().map(ToPriceSheet::tier).toList())
        .build();
  }

  private static ContextTier tier(PriceSheet.ContextTier tier) {
    return ContextTier.newBuilder()
        .setInputTokens(tier.inputTokens())
        .setInclusive(tier.inclusive())
        .addAllMeters(meters(tier.meters()))
        .build();
  }

  private static List<MeterPrice> meters(Map<Meter, PriceSheet.MeterPrice> meters) {
    return meters.values().stream()
        .sorted(Comparator.comparing(PriceSheet.MeterPrice::meter))
        .map(price -> MeterPrice.newBuilder().setMeter(price.meter().text()).setPer(price.per()).setPriceNanos(price.priceNanos()).build())
        .toList();
  }

  private static List<String> sorted(Collection<String> texts) {
    return texts.stream().sorted().toList();
  }
}
