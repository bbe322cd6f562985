package dev.exchequer.server.policyfeed;

import static dev.exchequer.server.policyfeed.Fields.amount;
import static dev.exchequer.server.policyfeed.Fields.count;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Project;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Projects, keys, balances, budgets. */
final class FromMoneyMessages {
  private static final int SHA256_BYTES = 32;

  private FromMoneyMessages() {}

  static Project project(dev.exchequer.api.v1.Project m) {
    Set<Project.Crossing> crossings = new HashSet<>();
    for (dev.exchequer.api.v1.Crossing c : m.getCrossBalanceList()) {
      crossings.add(new Project.Crossing(Fields.routeClass(c.getFrom()), Fields.routeClass(c.getTo())));
    }
    return new Project(
        ObjectName.parse(m.getName()),
        m.getOwner(),
        m.getExternalId(),
        Fields.notEmpty("route_classes", Fields.routeClasses(m.getRouteClassesList()), m.getRouteClassesCount() == 0),
        Fields.notEmpty("models", Fields.patterns(m.getModelsList()), m.getModelsCount() == 0),
        crossings,
        Fields.names(m.getPriceSheetsList()),
        switch (m.getDisclose()) {
          case CHARGE -> Project.Disclose.CHARGE;
          case NONE -> Project.Disclose.NONE;
          case BALANCE -> Project.Disclose.BALANCE;
          case UNRECOGNIZED -> throw Fields.unknown("disclose");
        },
        m.getSuspended());
  }

  static ApiKey key(dev.exchequer.api.v1.ApiKey m) {
    return new ApiKey(
        ObjectName.parse(m.getName()),
        ObjectName.parse(m.getProject()),
        m.getLabel(),
        m.getCredentialsList().stream().map(FromMoneyMessages::credential).toList(),
        Fields.notEmpty("route_classes", Fields.routeClasses(m.getRouteClassesList()), m.getRouteClassesCount() == 0),
        Fields.notEmpty("models", Fields.patterns(m.getModelsList()), m.getModelsCount() == 0),
        m.getNeverCross(),
        m.getTask(),
        Fields.atLeastOne("concurrency", m.getConcurrency()),
        count("requests_per_minute", m.getRequestsPerMinute()),
        m.getSuspended());
  }

  private static ApiKey.Credential credential(dev.exchequer.api.v1.Credential m) {
    if (m.getSha256().size() != SHA256_BYTES) {
      throw new IllegalArgumentException("credential " + m.getName() + ": sha256 has " + m.getSha256().size() + " bytes, must have " + SHA256_BYTES);
    }
    return new ApiKey.Credential(m.getName(), HexFormat.of().formatHex(m.getSha256().toByteArray()), amount("expires_at_ms", m.getExpiresAtMs()));
  }

  static Balance balance(dev.exchequer.api.v1.Balance m) {
    List<Balance.InitialGrant> grants = m.getInitialGrantsList().stream().map(FromMoneyMessages::grant).toList();
    if (grants.stream().map(Balance.InitialGrant::id).distinct().count() != grants.size()) {
      throw new IllegalArgumentException("an initial grant stands twice");
    }
    List<Balance.RecurringGrant> recurring = m.getRecurringGrantsList().stream().map(FromMoneyMessages::recurring).toList();
    if (recurring.stream().map(Balance.RecurringGrant::id).distinct().count() != recurring.size()) {
      throw new IllegalArgumentException("a recurring grant stands twice");
    }
    return new Balance(
        ObjectName.parse(m.getName()),
        ObjectName.parse(m.getProject()),
        switch (m.getType()) {
          case CREDIT -> BalanceType.CREDIT;
          case WALLET -> BalanceType.WALLET;
          case ALLOWANCE -> BalanceType.ALLOWANCE;
          case TYPE_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("type");
        },
        Fields.text("unit", m.getUnit()),
        Fields.notEmpty("route_classes", Fields.routeClasses(m.getRouteClassesList()), m.getRouteClassesCount() == 0),
        count("order", m.getOrder()),
        amount("overdraft_nanos", m.getOverdraftNanos()),
        switch (m.getOnInDoubt()) {
          case CHARGE_OBSERVED -> Balance.OnInDoubt.CHARGE_OBSERVED;
          case RELEASE -> Balance.OnInDoubt.RELEASE;
          case CHARGE_HOLD -> Balance.OnInDoubt.CHARGE_HOLD;
          case UNRECOGNIZED -> throw Fields.unknown("on_in_doubt");
        },
        grants,
        m.getSuspended(),
        switch (m.getOnExcess()) {
          case DEBT -> Balance.OnExcess.DEBT;
          case WRITE_OFF -> Balance.OnExcess.WRITE_OFF;
          case UNRECOGNIZED -> throw Fields.unknown("on_excess");
        },
        recurring,
        m.getAlertsBelowNanosList().stream().map(mark -> amount("alerts_below_nanos", mark)).toList());
  }

  private static Balance.InitialGrant grant(dev.exchequer.api.v1.Grant m) {
    long starts = amount("starts_at_ms", m.getStartsAtMs());
    long expires = amount("expires_at_ms", m.getExpiresAtMs());
    if (expires != 0 && expires <= starts) {
      throw new IllegalArgumentException("grant " + m.getId() + " ends before it starts");
    }
    return new Balance.InitialGrant(
        Fields.text("grant id", m.getId()), amount("amount_nanos", m.getAmountNanos()), m.getPromotional(), count("priority", m.getPriority()), starts, expires);
  }

  private static Balance.RecurringGrant recurring(dev.exchequer.api.v1.RecurringGrant m) {
    Budget.Window period =
        switch (m.getPeriod()) {
          case DAY -> Budget.Window.DAY;
          case WEEK -> Budget.Window.WEEK;
          case MONTH -> Budget.Window.MONTH;
          case PERIOD_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("period");
        };
    return new Balance.RecurringGrant(
        Fields.text("grant id", m.getId()), amount("amount_nanos", m.getAmountNanos()), m.getPromotional(), count("priority", m.getPriority()), period,
        anchorDay(period, m.getAnchorDay()), zone(m.getTimeZone()), m.getCarryOver());
  }

  static Budget budget(dev.exchequer.api.v1.Budget m) {
    Map<String, Long> limits = new HashMap<>();
    m.getLimitsList().forEach(l -> {
      if (limits.put(Fields.text("unit", l.getUnit()), amount("limit of " + l.getUnit(), l.getAmountNanos())) != null) {
        throw new IllegalArgumentException("two limits for " + l.getUnit());
      }
    });
    return new Budget(
        ObjectName.parse(m.getName()),
        new Budget.Target(targetKind(m.getTargetKind()), ObjectName.parse(m.getTarget())),
        per(m.getPer()),
        limits,
        m.getDenyOtherUnits(),
        window(m.getWindow()),
        anchorDay(window(m.getWindow()), m.getAnchorDay()),
        zone(m.getTimeZone()),
        m.getTaskRequired(),
        count("max_open", m.getMaxOpen()),
        amount("idle_expiry_ms", m.getIdleExpiryMs()),
        Fields.routeClasses(m.getMatchRouteClassesList()),
        Fields.patterns(m.getMatchModelsList()),
        m.getAudit(),
        m.getAlertsAtPercentList().stream().map(FromMoneyMessages::percent).toList(),
        m.getTasksOpenByApi());
  }

  private static int percent(int value) {
    if (value < 1 || value > 100) {
      throw new IllegalArgumentException("alerts_at_percent must be 1 to 100");
    }
    return value;
  }

  private static Budget.TargetKind targetKind(dev.exchequer.api.v1.Budget.TargetKind kind) {
    return switch (kind) {
      case PROJECT -> Budget.TargetKind.PROJECT;
      case API_KEY -> Budget.TargetKind.API_KEY;
      case MODEL_ROUTE -> Budget.TargetKind.MODEL_ROUTE;
      case TARGET_KIND_UNSPECIFIED, UNRECOGNIZED -> throw Fields.unknown("target kind");
    };
  }

  private static Budget.Per per(dev.exchequer.api.v1.Budget.Per per) {
    return switch (per) {
      case TARGET -> Budget.Per.TARGET;
      case PER_API_KEY -> Budget.Per.API_KEY;
      case TASK -> Budget.Per.TASK;
      case END_USER -> Budget.Per.END_USER;
      case UNRECOGNIZED -> throw Fields.unknown("per");
    };
  }

  private static Budget.Window window(dev.exchequer.api.v1.Budget.Window window) {
    return switch (window) {
      case LIFETIME -> Budget.Window.LIFETIME;
      case DAY -> Budget.Window.DAY;
      case WEEK -> Budget.Window.WEEK;
      case MONTH -> Budget.Window.MONTH;
      case ROLLING_DAY -> Budget.Window.ROLLING_DAY;
      case ROLLING_WEEK -> Budget.Window.ROLLING_WEEK;
      case ROLLING_MONTH -> Budget.Window.ROLLING_MONTH;
      case UNRECOGNIZED -> throw Fields.unknown("window");
    };
  }

  private static int anchorDay(Budget.Window window, int day) {
    int last =
        switch (window) {
          case WEEK -> 7;
          case MONTH -> 28;
          case LIFETIME, DAY, ROLLING_DAY, ROLLING_WEEK, ROLLING_MONTH -> 0;
        };
    if (last > 0 && (day < 1 || day > last)) {
      throw new IllegalArgumentException("anchor_day must be 1 to " + last);
    }
    return count("anchor_day", day);
  }

  private static ZoneId zone(String text) {
    try {
      return text.isEmpty() ? ZoneId.of("UTC") : ZoneId.of(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no such time zone: " + text, e);
    }
  }
}
