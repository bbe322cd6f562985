package dev.exchequer.cli.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "open",
    description = "Opens a task label, so that it takes requests. One that was open before goes on with what it spent.",
    footer = {"", "Examples:", "  ./exchequer tasks open agents nightly --reason \"ticket 4711\"", "  ./exchequer tasks open agents nightly --limit CNY=2.5 --ttl 24h --reason \"one night\""})
public final class TasksOpenCommand extends TaskCommand {
  @Option(names = "--limit", paramLabel = "UNIT=AMOUNT", description = "A cap of its own, at most the budget's (default: as it was, else the budget's). Repeat for other units.")
  Map<String, String> limits = Map.of();

  @Option(names = "--ttl", paramLabel = "DURATION", description = "How long it is open, e.g. 24h or 90m (default: until it was not used for the budget's idleExpiry).")
  @Nullable String ttl;

  @Override
  Order order() {
    return new Order(null, "", body(limits, ttl).put("task", checkedTask()));
  }
}
