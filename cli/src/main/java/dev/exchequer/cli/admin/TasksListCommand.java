package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    description = "Lists the task labels of a budget: whether they take requests, and what they have left in the window that is open.",
    footer = {"", "Examples:", "  ./exchequer tasks list agents", "  ./exchequer tasks list team-a/agents -o json"})
public final class TasksListCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "[NS/]BUDGET", description = "A budget with per: Task; without a namespace the one in that of --namespace.")
  String budget = "";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    if (!budget.matches("([^/]+/)?[^/]+")) {
      throw new ParameterException(spec.commandLine(), "not a budget: " + budget + " (expected NAME or NAMESPACE/NAME)");
    }
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      answer = api.client().get(TaskCommand.budgetPath(budget, api.namespace()), Map.of());
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer));
    spec.commandLine().getOut().flush();
  }

  private static String table(JsonNode answer) {
    Table table = new Table(List.of("TASK", "STATE", "UNIT", "LIMIT", "SPENT", "HELD", "LEFT", "EXPIRES", "LAST USED", "BY", "REASON"), Set.of("LIMIT", "SPENT", "HELD", "LEFT"));
    for (JsonNode task : answer.path("items")) {
      for (JsonNode limit : task.path("limits")) {
        table.row(
            Cells.text(task.path("task")), Cells.text(task.path("state")), Cells.text(limit.path("unit")), Cells.amount(limit.path("limit")), Cells.amount(limit.path("spent")),
            Cells.amount(limit.path("held")), Cells.amount(limit.path("remaining")), Cells.text(task.path("expiresAt")), Cells.text(task.path("lastUsed")),
            Cells.text(task.path("actor")), Cells.text(task.path("reason")));
      }
    }
    return table.isEmpty() ? "No task label of this budget was opened or used.\n" : table.render();
  }
}
