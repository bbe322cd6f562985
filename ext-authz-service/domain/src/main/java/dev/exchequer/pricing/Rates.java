package dev.exchequer.pricing;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.PriceSheet;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Route;
import dev.exchequer.policy.RouteClass;
import java.util.List;
import java.util.Optional;

/** Which rate prices a hop: sheets of the project, then of the route, then of the gateway; in a sheet the first rate that matches. */
public final class Rates {
  private Rates() {}

  /** What a rate is matched against. An absent service tier is "default". */
  public record Subject(RouteClass routeClass, ObjectName provider, String upstreamModel, String requestedModel, String serviceTier) {
    private static final String DEFAULT_TIER = "default";

    /** @param servedTier "auto" says nothing: it is an echo of what was asked */
    public Subject servedBy(String servedModel, String servedTier) {
      return new Subject(
          routeClass, provider, servedModel.isEmpty() ? upstreamModel : servedModel, requestedModel, servedTier.isEmpty() || servedTier.equals("auto") ? serviceTier : servedTier);
    }

    /** As the provider serves it when it has no room in the tier that was asked for. */
    public Subject inDefaultTier() {
      return new Subject(routeClass, provider, upstreamModel, requestedModel, DEFAULT_TIER);
    }
  }

  public record Found(PriceSheet sheet, Rate rate) {}

  /** The first sheet in this unit, in force at this time, that has a matching rate. */
  public static Optional<Found> find(Policy policy, Project project, Route route, String unit, Subject subject, long nowMs) {
    for (List<ObjectName> level : List.of(project.priceSheets(), route.priceSheets(), policy.gateway().priceSheets())) {
      for (ObjectName name : level) {
        PriceSheet sheet = policy.priceSheets().get(name);
        if (sheet == null || !sheet.unit().equals(unit) || !sheet.effectiveAt(nowMs)) {
          continue;
        }
        Optional<Rate> rate = match(sheet, subject);
        if (rate.isPresent()) {
          return Optional.of(new Found(sheet, rate.get()));
        }
      }
    }
    return Optional.empty();
  }

  /** The first rate of a sheet that matches. */
  public static Optional<Rate> match(PriceSheet sheet, Subject subject) {
    for (Rate rate : sheet.rates()) {
      if (matches(rate.match(), subject)) {
        return Optional.of(rate);
      }
    }
    return Optional.empty();
  }

  /** The rate that prices the hop if the provider serves it in the tier default instead, where that is another one. */
  public static Optional<Rate> ifServedByDefault(PriceSheet sheet, Rate asked, Subject subject) {
    return match(sheet, subject.inDefaultTier()).filter(rate -> !rate.name().equals(asked.name()));
  }

  /** A rate of a sheet by name. */
  public static Optional<Rate> named(PriceSheet sheet, String name) {
    for (Rate rate : sheet.rates()) {
      if (rate.name().equals(name)) {
        return Optional.of(rate);
      }
    }
    return Optional.empty();
  }

  private static boolean matches(PriceSheet.Match match, Subject subject) {
    return (match.routeClasses().isEmpty() || match.routeClasses().contains(subject.routeClass))
        && (match.providers().isEmpty() || match.providers().contains(subject.provider))
        && (match.upstreamModels().isEmpty() || ModelPattern.anyMatches(match.upstreamModels(), subject.upstreamModel))
        && (match.requestedModels().isEmpty() || ModelPattern.anyMatches(match.requestedModels(), subject.requestedModel))
        && (match.serviceTiers().isEmpty() || match.serviceTiers().contains(subject.serviceTier));
  }
}
