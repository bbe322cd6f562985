package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Project;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Who owns, who calls, what pays: projects, keys and balances with every default spelled out. */
final class Accounts {
  private static final int DEFAULT_ORDER = 100;
  private static final int DEFAULT_GRANT_PRIORITY = 50;
  private static final int DEFAULT_CONCURRENCY = 1000;

  private Accounts() {}

  static Project project(Document document) {
    Spec spec = Spec.of(document);
    return new Project(
        document.name(),
        spec.text("owner"),
        spec.text("externalId"),
        Names.routeClassesOrAll(spec.texts("routeClasses")),
        Names.modelsOrAll(spec.texts("models")),
        spec.list("crossBalance").stream().flatMap(pair -> crossing(pair).stream()).collect(Collectors.toSet()),
        spec.refs("priceSheetRefs", document.name()),
        switch (spec.text("disclose", "Charge")) {
          case "None" -> Project.Disclose.NONE;
          case "Balance" -> Project.Disclose.BALANCE;
          default -> Project.Disclose.CHARGE;
        },
        spec.flag("suspend"));
  }

  private static Optional<Project.Crossing> crossing(Spec pair) {
    return Names.routeClass(pair.text("from")).flatMap(from -> Names.routeClass(pair.text("to")).map(to -> new Project.Crossing(from, to)));
  }

  /** A key may use what its own lists say; an absent list narrows nothing. The project's ceiling is applied when a request is decided. */
  static ApiKey key(Document document, Secrets secrets) {
    Spec spec = Spec.of(document);
    Spec limits = spec.part("limits");
    return new ApiKey(
        document.name(),
        spec.ref("projectRef", document.name()).orElseThrow(),
        spec.text("label"),
        spec.list("credentials").stream().map(credential -> credential(credential, document.name(), secrets)).toList(),
        Names.routeClassesOrAll(spec.texts("routeClasses")),
        Names.modelsOrAll(spec.texts("models")),
        spec.text("crossBalance").equals("Never"),
        spec.text("task"),
        limits.number("concurrency", DEFAULT_CONCURRENCY),
        limits.number("requestsPerMinute", 0),
        spec.flag("suspend"));
  }

  private static ApiKey.Credential credential(Spec spec, ObjectName owner, Secrets secrets) {
    String sha256 = Credentials.sha256(spec, owner, secrets).orElseThrow();
    return new ApiKey.Credential(spec.text("name"), sha256, spec.time("expiresAt"));
  }

  static Balance balance(Document document) {
    Spec spec = Spec.of(document);
    List<Balance.InitialGrant> grants =
        spec.list("initialGrants").stream()
            .map(
                grant ->
                    new Balance.InitialGrant(
                        grant.text("id"),
                        grant.money("amount", 0),
                        grant.text("category").equals("Promotional"),
                        grant.number("priority", DEFAULT_GRANT_PRIORITY),
                        grant.time("startsAt"),
                        grant.time("expiresAt")))
            .toList();
    return new Balance(
        document.name(),
        spec.ref("projectRef", document.name()).orElseThrow(),
        Names.balanceType(spec.text("type")),
        spec.text("unit"),
        Names.routeClasses(spec.texts("routeClasses")),
        spec.number("order", DEFAULT_ORDER),
        spec.money("overdraftLimit", 0),
        switch (spec.text("onInDoubt")) {
          case "Release" -> Balance.OnInDoubt.RELEASE;
          case "ChargeHold" -> Balance.OnInDoubt.CHARGE_HOLD;
          default -> Balance.OnInDoubt.CHARGE_OBSERVED;
        },
        grants,
        spec.flag("suspend"),
        spec.text("onExcess").equals("WriteOff") ? Balance.OnExcess.WRITE_OFF : Balance.OnExcess.DEBT,
        spec.list("recurringGrants").stream().map(Accounts::recurring).toList(),
        spec.list("alertsBelow").stream().map(mark -> Money.parse(mark.node().asText())).toList());
  }

  private static Balance.RecurringGrant recurring(Spec grant) {
    Budget.Window period =
        switch (grant.text("period")) {
          case "Day" -> Budget.Window.DAY;
          case "Week" -> Budget.Window.WEEK;
          default -> Budget.Window.MONTH;
        };
    return new Balance.RecurringGrant(
        grant.text("id"),
        grant.money("amount", 0),
        grant.text("category").equals("Promotional"),
        grant.number("priority", DEFAULT_GRANT_PRIORITY),
        period,
        grant.number("anchorDay", 1),
        ZoneId.of(grant.text("timeZone", "UTC")),
        grant.flag("carryOver"));
  }
}
