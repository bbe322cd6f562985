package dev.exchequer.operator.validate;

import dev.exchequer.crds.RuleMessages;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Spec;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The CEL rules of the custom resource definitions, in Java and with their messages. A test reads the definitions and asks that no rule of theirs is
 * missing here.
 */
final class Rules {
  private static final String CODE = "RuleViolated";
  private static final Set<String> PAID_CLASSES = Set.of("Direct", "Pool", "Subscription");
  private static final Set<Integer> CALLER_STATUSES = Set.of(401, 402, 403, 408, 409, 425, 429);

  private Rules() {}

  /** @param before the last good form of the same object, null = there is none: rules over a change have nothing to say */
  static void check(Document document, @Nullable Document before, Found found) {
    Spec spec = Spec.of(document);
    namespaces(spec.part("usableFrom").part("namespaces"), found);
    namespaces(spec.part("audience").part("namespaces"), found);
    switch (document.kind()) {
      case "Balance" -> balance(spec, before, found);
      case "PriceSheet" -> priceSheet(spec, before, found);
      case "ApiKey" -> apiKey(spec, before, found);
      case "FallbackPolicy" -> fallbackPolicy(spec, found);
      case "Budget" -> window(spec.part("window"), found);
      case "TokenGateway" -> namespaces(spec.part("namespaces"), found);
      default -> {}
    }
  }

  private static void balance(Spec spec, @Nullable Document before, Found found) {
    List<String> classes = spec.texts("routeClasses");
    if (!PAID_CLASSES.containsAll(classes)) {
      found.error(CODE, spec.at("routeClasses"), RuleMessages.BALANCE_ROUTE_CLASSES);
    }
    if (spec.text("type").equals("Credit") && !classes.stream().allMatch("Direct"::equals)) {
      found.error(CODE, spec.path(), RuleMessages.CREDIT_PAYS_ONLY_DIRECT);
    }
    unchanged(spec, before, "projectRef", RuleMessages.PROJECT_REF_IMMUTABLE, found);
    unchanged(spec, before, "type", RuleMessages.BALANCE_TYPE_IMMUTABLE, found);
    unchanged(spec, before, "unit", RuleMessages.BALANCE_UNIT_IMMUTABLE, found);
    if (before != null) {
      List<Grant> grants = grants(spec);
      if (!grants.containsAll(grants(Spec.of(before)))) {
        found.error(CODE, spec.path(), RuleMessages.INITIAL_GRANTS_APPEND_ONLY);
      }
    }
  }

  /** As the API server compares them: with their defaults. */
  private record Grant(String id, String amount, String category, int priority, String startsAt, String expiresAt) {}

  private static List<Grant> grants(Spec spec) {
    return spec.list("initialGrants").stream()
        .map(grant -> new Grant(grant.text("id"), grant.text("amount"), grant.text("category", "Paid"), grant.number("priority", 50), grant.text("startsAt"), grant.text("expiresAt")))
        .toList();
  }

  private static void priceSheet(Spec spec, @Nullable Document before, Found found) {
    unchanged(spec, before, "unit", RuleMessages.PRICE_SHEET_UNIT_IMMUTABLE, found);
    for (Spec rate : spec.list("rates")) {
      rate.list("meters").forEach(price -> powerOfTen(price, found));
      rate.list("contextTiers").forEach(tier -> tier.list("meters").forEach(price -> powerOfTen(price, found)));
    }
  }

  private static void powerOfTen(Spec price, Found found) {
    long per = price.longNumber("per", 1);
    if (per < 1 || per > 1_000_000_000 || !Long.toString(per).matches("10*")) {
      found.error(CODE, price.at("per"), RuleMessages.PER_POWER_OF_TEN);
    }
  }

  private static void apiKey(Spec spec, @Nullable Document before, Found found) {
    unchanged(spec, before, "projectRef", RuleMessages.PROJECT_REF_IMMUTABLE, found);
    for (Spec credential : spec.list("credentials")) {
      if (Stream.of("secretRef", "sha256", "generate").filter(credential::has).count() != 1) {
        found.error(CODE, credential.path(), RuleMessages.CREDENTIAL_EXACTLY_ONE);
      }
    }
  }

  private static void namespaces(Spec namespaces, Found found) {
    if (namespaces.has("selector") != namespaces.text("from").equals("Selector")) {
      found.error(CODE, namespaces.path(), RuleMessages.SELECTOR_ONLY_WITH_SELECTOR);
    }
    for (Spec expression : namespaces.part("selector").list("matchExpressions")) {
      String operator = expression.text("operator");
      if ((operator.equals("In") || operator.equals("NotIn")) == expression.list("values").isEmpty()) {
        found.error(CODE, expression.path(), RuleMessages.LABEL_VALUES);
      }
    }
  }

  private static void window(Spec window, Found found) {
    String type = window.text("type");
    if (!type.equals("Lifetime") && !window.has("period")) {
      found.error(CODE, window.path(), RuleMessages.WINDOW_PERIOD);
    }
    if (type.equals("Rolling") && (window.number("anchorDay", 1) != 1 || !window.text("timeZone", "UTC").equals("UTC"))) {
      found.error(CODE, window.path(), RuleMessages.ROLLING_HAS_NO_FIRST_DAY);
    }
  }

  private static void fallbackPolicy(Spec spec, Found found) {
    for (Spec status : spec.part("fallbackOn").list("statuses")) {
      int value = status.node().asInt();
      if (!CALLER_STATUSES.contains(value) && (value < 500 || value > 599)) {
        found.error(CODE, spec.part("fallbackOn").at("statuses"), RuleMessages.FALLBACK_STATUSES);
        return;
      }
    }
  }

  private static void unchanged(Spec spec, @Nullable Document before, String field, String message, Found found) {
    if (before != null && !spec.node().path(field).equals(Spec.of(before).node().path(field))) {
      found.error(CODE, spec.at(field), message);
    }
  }
}
