package dev.exchequer.cli.admin;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "tasks",
    synopsisSubcommandLabel = "COMMAND",
    description = {
      "Opens, extends, closes and lists the task labels of a budget with per: Task.",
      "With task.open: ByApi a label takes requests only while it is open here. What a label spent is never refilled by opening it again."
    },
    subcommands = {TasksOpenCommand.class, TasksExtendCommand.class, TasksCloseCommand.class, TasksListCommand.class},
    footer = {"", "Examples:", "  ./exchequer tasks open agents nightly-4711 --limit CNY=2.5 --ttl 24h --reason \"ticket 4711\"", "  ./exchequer tasks list agents"})
public final class TasksCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: open, extend, close or list");
  }
}
