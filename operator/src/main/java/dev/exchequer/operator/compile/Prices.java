package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.operator.policy.ToPriceSheet;
import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Price sheets; also used by checks that ask which hop a rate reaches. */
public final class Prices {
  private static final long DEFAULT_PER = 1_000_000;

  private Prices() {}

  public static PriceSheet sheet(Document document) {
    Spec spec = Spec.of(document);
    return ToPriceSheet.withDigest(
        new PriceSheet(
            document.name(),
            spec.text("unit"),
            spec.money("multiplier", Money.NANOS_PER_UNIT),
            spec.time("effectiveFrom"),
            spec.time("effectiveUntil"),
            terms(spec.part("terms")),
            rates(document),
            ""));
  }

  private static PriceSheet.Terms terms(Spec terms) {
    return new PriceSheet.Terms(
        switch (terms.text("chargeOn", "Delivered")) {
          case "UpstreamBilled" -> PriceSheet.ChargeOn.UPSTREAM_BILLED;
          case "SuccessOnly" -> PriceSheet.ChargeOn.SUCCESS_ONLY;
          default -> PriceSheet.ChargeOn.DELIVERED;
        },
        switch (terms.text("missingUsage", "Estimate")) {
          case "ChargeHold" -> PriceSheet.MissingUsage.CHARGE_HOLD;
          case "Free" -> PriceSheet.MissingUsage.FREE;
          default -> PriceSheet.MissingUsage.ESTIMATE;
        },
        terms.money("minimumCharge", 0));
  }

  public static List<PriceSheet.Rate> rates(Document document) {
    return Spec.of(document).list("rates").stream().map(rate -> rate(rate, document.name())).toList();
  }

  private static PriceSheet.Rate rate(Spec rate, ObjectName owner) {
    return new PriceSheet.Rate(
        rate.text("name"),
        match(rate.part("match"), owner),
        rate.text("charge").equals("None"),
        meters(rate),
        rate.list("contextTiers").stream()
            .map(tier -> new PriceSheet.ContextTier(tier.longNumber("inputTokens", 0), tier.text("operator").equals("Gte"), meters(tier)))
            .toList());
  }

  private static PriceSheet.Match match(Spec match, ObjectName owner) {
    Set<ObjectName> providers = match.texts("providers").stream().map(text -> provider(text, owner)).collect(Collectors.toSet());
    return new PriceSheet.Match(
        Names.routeClasses(match.texts("routeClasses")),
        providers,
        Names.models(match.texts("upstreamModels")),
        Names.models(match.texts("requestedModels")),
        Set.copyOf(match.texts("serviceTiers")));
  }

  /** "name" in the sheet's own namespace, or "ns/name". */
  private static ObjectName provider(String text, ObjectName owner) {
    return text.indexOf('/') < 0 ? new ObjectName(owner.namespace(), text) : ObjectName.parse(text);
  }

  private static Map<Meter, PriceSheet.MeterPrice> meters(Spec holder) {
    Map<Meter, PriceSheet.MeterPrice> meters = new EnumMap<>(Meter.class);
    for (Spec price : holder.list("meters")) {
      Meter meter = Meter.of(price.text("meter"));
      meters.put(meter, new PriceSheet.MeterPrice(meter, price.longNumber("per", DEFAULT_PER), price.money("price", 0)));
    }
    return meters;
  }
}
