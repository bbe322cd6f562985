package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.engine.Engine;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.LedgerReads.BudgetRow;
import dev.exchequer.server.summary.BudgetRows;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Task labels of a budget: opened, extended, closed and listed. */
final class Tasks {
  private static final String LABEL = "[A-Za-z0-9._:-]{1,128}";

  private final Engine engine;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final InstantSource clock;

  Tasks(Engine engine, LedgerReads reads, LedgerHistory history, InstantSource clock) {
    this.engine = engine;
    this.reads = reads;
    this.history = history;
    this.clock = clock;
  }

  /** POST /budgets/{ns}/{name}/tasks */
  void open(Context call, String actor) {
    Orders order = Orders.of(call, "task", "limits", "ttl");
    answer(call, new Command.OpenTask(budget(call), label(order.text("task", 128)), order.amounts("limits"), order.duration("ttl"), actor, order.reason(), order.key()));
  }

  /** POST .../tasks/{task}/extend */
  void extend(Context call, String actor) {
    Orders order = Orders.of(call, "limits", "ttl");
    answer(call, new Command.ExtendTask(budget(call), label(call.pathParam("task")), order.amounts("limits"), order.duration("ttl"), actor, order.reason(), order.key()));
  }

  /** POST .../tasks/{task}/close */
  void close(Context call, String actor) {
    Orders order = Orders.of(call);
    answer(call, new Command.CloseTask(budget(call), label(call.pathParam("task")), actor, order.reason(), order.key()));
  }

  private void answer(Context call, Command.Task command) {
    switch (Grants.ask(engine, command)) {
      case Result.TaskSet set -> {
        Budget budget = definition(command.budget());
        JsonNode task = TaskJson.task(budget, set.envelope().task(), set.envelope(), rows(budget).getOrDefault(set.envelope().task(), List.of()), clock.millis());
        AdminServer.json(call.status(set.repeated() ? 200 : 201), AdminJson.text(((com.fasterxml.jackson.databind.node.ObjectNode) task).put("repeated", set.repeated())));
      }
      case Result.Rejected rejected -> throw new AdminRefusal(Grants.status(rejected.code()), rejected.code(), rejected.message());
      case Result other -> throw Grants.notAnAnswer(other);
    }
  }

  /** GET .../tasks */
  void list(Context call) {
    AdminQueries.none(call);
    Budget budget = definition(budget(call));
    Map<String, List<BudgetRow>> rows = rows(budget);
    Map<String, Envelope> said = new TreeMap<>();
    history.tasks(budget.name()).forEach(envelope -> said.put(envelope.task(), envelope));
    Set<String> labels = new TreeSet<>(rows.keySet());
    labels.addAll(said.keySet());
    long now = clock.millis();
    List<JsonNode> items = new ArrayList<>();
    labels.forEach(label -> items.add(TaskJson.task(budget, label, said.get(label), rows.getOrDefault(label, List.of()), now)));
    AdminServer.json(call, AdminJson.text(AdminJson.page(items, null)));
  }

  private Map<String, List<BudgetRow>> rows(Budget budget) {
    Map<String, List<BudgetRow>> rows = new TreeMap<>();
    BudgetRows.of(reads.budgets().stream().filter(row -> row.budget().equals(budget.name())).toList(), List.of(budget), clock.millis()).stream().forEach(row -> rows.computeIfAbsent(row.value(), value -> new ArrayList<>()).add(row));
    return rows;
  }

  private Budget definition(ObjectName name) {
    return engine
        .policy()
        .map(Policy::budgets)
        .flatMap(budgets -> budgets.stream().filter(budget -> budget.name().equals(name) && budget.per() == Budget.Per.TASK).findAny())
        .orElseThrow(() -> new AdminRefusal(404, "budget_not_found", "there is no budget " + name + " with per: Task"));
  }

  private static ObjectName budget(Context call) {
    try {
      return new ObjectName(call.pathParam("ns"), call.pathParam("name"));
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.notFound("budget");
    }
  }

  private static String label(String text) {
    if (!text.matches(LABEL)) {
      throw AdminRefusal.badRequest("a task label is 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    return text;
  }
}
