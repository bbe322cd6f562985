package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.engine.Engine;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.LedgerReads.BalanceRow;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.LedgerReads.Page;
import dev.exchequer.server.store.LedgerReads.PastBalance;
import dev.exchequer.server.store.LedgerReads.ReceiptQuery;
import dev.exchequer.server.summary.BudgetRows;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the admin API shows: committed state, joined with the definitions that are in force. */
final class ReadRoutes {
  private final Engine engine;
  private final LedgerReads reads;
  private final Function<ObjectName, List<Envelope>> said;
  private final Clock clock;

  /** @param said of the task labels of a budget */
  ReadRoutes(Engine engine, LedgerReads reads, Function<ObjectName, List<Envelope>> said, Clock clock) {
    this.engine = engine;
    this.reads = reads;
    this.said = said;
    this.clock = clock;
  }

  void receipts(Context call) {
    ReceiptQuery query = AdminQueries.receipts(call);
    Page<String> page = page(query.cursor(), () -> reads.receipts(query));
    AdminServer.json(call, AdminJson.text(AdminJson.receipts(page.items(), page.nextCursor())));
  }

  void receipt(Context call) {
    AdminServer.json(call, stored(call));
  }

  void explanation(Context call) {
    call.contentType("text/plain; charset=utf-8").result(Explanation.of(stored(call)));
  }

  private String stored(Context call) {
    AdminQueries.none(call);
    return reads.receipt(call.pathParam("id")).orElseThrow(() -> AdminRefusal.notFound("receipt"));
  }

  void balances(Context call) {
    Long at = AdminQueries.at(call, clock.millis());
    String namespace = call.pathParam("ns");
    if (at != null) {
      List<JsonNode> past = reads.balancesAt(at).stream().filter(row -> row.name().namespace().equals(namespace)).map(row -> pastJson(row, at)).toList();
      AdminServer.json(call, AdminJson.text(AdminJson.page(past, null)));
      return;
    }
    List<BalanceRow> rows =
        reads.balances().stream().filter(row -> row.name().namespace().equals(namespace)).sorted(Comparator.comparing(BalanceRow::name)).toList();
    AdminServer.json(call, AdminJson.text(AdminJson.page(rows.stream().map(this::balanceJson).toList(), null)));
  }

  void balance(Context call) {
    Long at = AdminQueries.at(call, clock.millis());
    ObjectName name = AdminQueries.balance(call);
    Optional<JsonNode> found =
        at == null
            ? reads.balance(name).map(this::balanceJson)
            : reads.balanceAt(name, at).map(row -> pastJson(row, at));
    AdminServer.json(call, AdminJson.text(found.orElseThrow(() -> AdminRefusal.notFound("balance"))));
  }

  void entries(Context call) {
    String cursor = AdminQueries.pageCursor(call);
    int limit = AdminQueries.limit(call);
    ObjectName name = AdminQueries.balance(call);
    if (reads.balance(name).isEmpty()) {
      throw AdminRefusal.notFound("balance");
    }
    Page<EntryRow> page = page(cursor, () -> reads.entries(name, cursor, limit));
    AdminServer.json(call, AdminJson.text(AdminJson.page(page.items().stream().map(AdminJson::entry).toList(), page.nextCursor())));
  }

  void budgets(Context call) {
    AdminQueries.none(call);
    List<Budget> definitions = engine.policy().map(Policy::budgets).orElse(List.of());
    List<BudgetRow> rows = BudgetRows.of(reads.budgets(), definitions, clock.millis());
    Map<ObjectName, Budget> byName = new HashMap<>();
    Map<ObjectName, Map<String, Envelope>> labels = new HashMap<>();
    definitions.forEach(
        budget -> {
          byName.put(budget.name(), budget);
          labels.put(budget.name(), BudgetRows.labels(budget, rows, said));
        });
    List<JsonNode> items =
        rows.stream()
            .<JsonNode>map(row -> AdminJson.budget(row, Optional.ofNullable(byName.get(row.budget())), labels.getOrDefault(row.budget(), Map.of()).get(row.value())))
            .toList();
    AdminServer.json(call, AdminJson.text(AdminJson.page(items, null)));
  }

  private JsonNode balanceJson(BalanceRow row) {
    return AdminJson.balance(row, definition(row.name()));
  }

  private JsonNode pastJson(PastBalance row, long atMs) {
    return AdminJson.balance(row, definition(row.name()), atMs);
  }

  private Optional<Balance> definition(ObjectName name) {
    return engine.policy().flatMap(policy -> Optional.ofNullable(policy.balances().get(name)));
  }

  /** A cursor is the store's own text; one that it cannot read is the caller's mistake. */
  static <T> Page<T> page(@Nullable String cursor, Supplier<Page<T>> read) {
    try {
      return read.get();
    } catch (IllegalArgumentException e) {
      if (cursor == null) {
        throw e;
      }
      throw AdminRefusal.badRequest("cursor must be a nextCursor of this list; leave it out to start at the newest");
    }
  }
}
