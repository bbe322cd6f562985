package dev.exchequer.server.authz;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.money.Money;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Project.Disclose;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.LedgerReads.BalanceRow;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import dev.exchequer.server.summary.BudgetRows;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A project's balances and budgets with what it discloses to its applications. Blocking. */
final class OwnMoney {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final LedgerReads reads;
  private final Function<ObjectName, List<Envelope>> said;
  private final InstantSource clock;

  /**
   * @param said of the task labels of a budget
   * @param clock which slices of a window that rolls count
   */
  OwnMoney(LedgerReads reads, Function<ObjectName, List<Envelope>> said, InstantSource clock) {
    this.reads = reads;
    this.said = said;
    this.clock = clock;
  }

  String balances(Caller caller) {
    boolean amounts = caller.project().disclose() == Disclose.BALANCE;
    ObjectNode list = JSON.createObjectNode();
    ArrayNode items = list.putArray("items");
    for (Balance balance : caller.policy().balancesOf(caller.project().name())) {
      BalanceRow row = reads.balance(balance.name()).orElseGet(() -> new BalanceRow(balance.name(), balance.unit(), 0, 0, 0, 0));
      ObjectNode item = items.addObject();
      item.put("name", balance.name().toString()).put("project", balance.project().toString()).put("type", balance.type().text()).put("unit", balance.unit());
      ArrayNode classes = item.putArray("routeClasses");
      balance.routeClasses().stream().sorted().map(RouteClass::text).forEach(classes::add);
      item.put("posted", amount(row.posted(), amounts)).put("held", amount(row.held(), amounts));
      item.put("available", amount(Math.subtractExact(Math.addExact(row.posted(), balance.overdraftNanos()), row.held()), amounts));
      item.put("overdraftLimit", amount(balance.overdraftNanos(), amounts)).put("suspended", balance.suspended() || row.stopped());
      item.put("sequence", row.sequence()).put("asOf", time(row.asOfMs()));
    }
    return list.putNull("nextCursor").toString();
  }

  /** Budgets on the project and on its keys; those on routes are shared with other projects. */
  String budgets(Caller caller) {
    Map<ObjectName, List<BudgetRow>> rows = BudgetRows.of(reads.budgets(), caller.policy().budgets(), clock.millis()).stream().collect(Collectors.groupingBy(BudgetRow::budget));
    ObjectNode list = JSON.createObjectNode();
    ArrayNode items = list.putArray("items");
    for (Budget budget : caller.policy().budgets()) {
      if (!own(budget.target(), caller)) {
        continue;
      }
      List<BudgetRow> spent = rows.getOrDefault(budget.name(), List.of());
      if (budget.per() == Budget.Per.TARGET) {
        for (String unit : new TreeMap<>(budget.limits()).keySet()) {
          if (spent.stream().noneMatch(row -> row.unit().equals(unit))) {
            bucket(budget, Map.of(), new BudgetRow(budget.name(), "", unit, 0, 0, 0, 0, 0), caller, items.addObject());
          }
        }
      }
      Map<String, Envelope> labels = BudgetRows.labels(budget, spent, said);
      for (BudgetRow row : spent) {
        bucket(budget, labels, row, caller, items.addObject());
      }
    }
    return list.putNull("nextCursor").toString();
  }

  private static boolean own(Budget.Target target, Caller caller) {
    return switch (target.kind()) {
      case PROJECT -> target.name().equals(caller.project().name());
      case API_KEY -> {
        ApiKey key = caller.policy().keys().get(target.name());
        yield key != null && key.project().equals(caller.project().name());
      }
      case MODEL_ROUTE -> false;
    };
  }

  /** @param labels whose cap may be below the budget's */
  private static void bucket(Budget budget, Map<String, Envelope> labels, BudgetRow row, Caller caller, ObjectNode item) {
    boolean charges = caller.project().disclose() != Disclose.NONE;
    Long limit = BudgetRows.cap(budget, labels.get(row.value()), row.unit());
    item.put("name", budget.name().toString());
    item.putObject("target").put("kind", kind(budget.target().kind())).put("name", budget.target().name().toString());
    item.put("per", per(budget.per())).put("value", row.value()).put("unit", row.unit());
    item.put("limit", limit == null ? null : Money.decimal(limit));
    item.put("spent", amount(row.spent(), charges)).put("held", amount(row.held(), charges));
    item.put("remaining", limit == null ? null : amount(limit - row.spent() - row.held(), charges));
    item.put("windowStart", time(row.windowStartMs())).put("windowEnd", time(row.windowEndMs())).put("mode", budget.audit() ? "Audit" : "Enforce");
  }

  private static String kind(Budget.TargetKind kind) {
    return switch (kind) {
      case PROJECT -> "Project";
      case API_KEY -> "ApiKey";
      case MODEL_ROUTE -> "ModelRoute";
    };
  }

  private static String per(Budget.Per per) {
    return switch (per) {
      case TARGET -> "Target";
      case API_KEY -> "ApiKey";
      case TASK -> "Task";
      case END_USER -> "EndUser";
    };
  }

  private static @Nullable String amount(long nanos, boolean shown) {
    return shown ? Money.decimal(nanos) : null;
  }

  /** 0 and the end of time mean no such moment. */
  private static @Nullable String time(long ms) {
    return ms <= 0 || ms == Long.MAX_VALUE ? null : TIME.format(Instant.ofEpochMilli(ms));
  }
}
