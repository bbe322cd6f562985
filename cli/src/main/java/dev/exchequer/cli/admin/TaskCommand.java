package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** What the commands share that say something of one task label. */
abstract class TaskCommand extends MoneyCommand {
  @Parameters(index = "0", paramLabel = "[NS/]BUDGET", description = "A budget with per: Task; without a namespace the one in that of --namespace.")
  String budget = "";

  @Parameters(index = "1", paramLabel = "TASK", description = "The label, as applications send it in x-exchequer-task.")
  String task = "";

  /** @param namespace of a budget that is named without one */
  static String budgetPath(String budget, String namespace) {
    int slash = budget.indexOf('/');
    String in = slash < 0 ? namespace : budget.substring(0, slash);
    return "/api/v1/budgets/" + AdminClient.encode(in) + "/" + AdminClient.encode(budget.substring(slash + 1)) + "/tasks";
  }

  @Override
  String pathOf(Order order, String namespace) {
    return budgetPath(checkedBudget(), namespace) + order.path();
  }

  private String checkedBudget() {
    if (!budget.matches("([^/]+/)?[^/]+")) {
      throw usage("not a budget: " + budget + " (expected NAME or NAMESPACE/NAME)");
    }
    return budget;
  }

  String checkedTask() {
    if (!task.matches("[A-Za-z0-9._:-]{1,128}")) {
      throw usage("not a task label: " + task + " (1 to 128 of A-Z a-z 0-9 . _ : -)");
    }
    return task;
  }

  /** The body of caps and of a time to live. */
  ObjectNode body(Map<String, String> limits, @Nullable String ttl) {
    ObjectNode body = body();
    if (!limits.isEmpty()) {
      ObjectNode units = body.putObject("limits");
      limits.forEach((unit, amount) -> units.put(unit, amount));
    }
    if (ttl != null) {
      body.put("ttl", ttl);
    }
    return body;
  }

  @Override
  String sentence(JsonNode answer) {
    List<String> units = new ArrayList<>();
    for (JsonNode limit : answer.path("limits")) {
      units.add(Cells.amount(limit.path("remaining")) + " of " + Cells.amount(limit.path("limit")) + " " + Cells.text(limit.path("unit")) + " left");
    }
    String until = answer.path("expiresAt").isTextual() ? " until " + answer.path("expiresAt").asText() : "";
    return "Task " + Cells.text(answer.path("task")) + " of " + Cells.text(answer.path("budget")) + " is " + Cells.text(answer.path("state")).toLowerCase(java.util.Locale.ROOT) + until + ": "
        + String.join(", ", units) + ".";
  }
}
