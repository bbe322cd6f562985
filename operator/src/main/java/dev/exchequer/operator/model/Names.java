package dev.exchequer.operator.model;

import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.FallbackReason;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.RouteClass;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The words of the resources as values of the domain; words that are none are left out (the schema check has named them). */
public final class Names {
  private Names() {}

  public static Optional<RouteClass> routeClass(String text) {
    return one(RouteClass.values(), RouteClass::text, text);
  }

  /** All classes where none is listed. */
  public static Set<RouteClass> routeClassesOrAll(List<String> texts) {
    return texts.isEmpty() ? EnumSet.allOf(RouteClass.class) : routeClasses(texts);
  }

  public static Set<RouteClass> routeClasses(List<String> texts) {
    Set<RouteClass> classes = EnumSet.noneOf(RouteClass.class);
    texts.forEach(text -> routeClass(text).ifPresent(classes::add));
    return classes;
  }

  public static BalanceType balanceType(String text) {
    return one(BalanceType.values(), BalanceType::text, text).orElse(BalanceType.WALLET);
  }

  public static Set<Endpoint> endpoints(List<String> texts) {
    Set<Endpoint> endpoints = EnumSet.noneOf(Endpoint.class);
    texts.forEach(text -> one(Endpoint.values(), Endpoint::text, text).ifPresent(endpoints::add));
    return endpoints;
  }

  public static Set<FallbackReason> reasons(List<String> texts) {
    Set<FallbackReason> reasons = EnumSet.noneOf(FallbackReason.class);
    texts.forEach(text -> one(FallbackReason.values(), FallbackReason::text, text).ifPresent(reasons::add));
    return reasons;
  }

  public static List<ModelPattern> models(List<String> texts) {
    return texts.stream().filter(text -> !text.isEmpty()).map(ModelPattern::new).toList();
  }

  /** Every model where none is listed. */
  public static List<ModelPattern> modelsOrAll(List<String> texts) {
    return texts.isEmpty() ? List.of(new ModelPattern("*")) : models(texts);
  }

  private static <T> Optional<T> one(T[] values, Function<T, String> name, String text) {
    return Arrays.stream(values).filter(value -> name.apply(value).equals(text)).findFirst();
  }
}
