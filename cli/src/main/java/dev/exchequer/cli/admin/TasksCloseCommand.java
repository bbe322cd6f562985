package dev.exchequer.cli.admin;

import picocli.CommandLine.Command;

@Command(
    name = "close",
    description = "Closes a task label: it takes no new requests, those that run are settled.",
    footer = {"", "Examples:", "  ./exchequer tasks close agents nightly --reason done"})
public final class TasksCloseCommand extends TaskCommand {
  @Override
  Order order() {
    return new Order(null, "/" + AdminClient.encode(checkedTask()) + "/close", body());
  }
}
