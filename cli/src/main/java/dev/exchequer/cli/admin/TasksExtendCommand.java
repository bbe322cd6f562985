package dev.exchequer.cli.admin;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "extend",
    description = "Raises the caps of an open task label, at most to the budget's, or keeps it open for longer.",
    footer = {"", "Examples:", "  ./exchequer tasks extend agents nightly --limit CNY=5 --reason \"more pages than expected\"", "  ./exchequer tasks extend agents nightly --ttl 48h --reason \"not done yet\""})
public final class TasksExtendCommand extends TaskCommand {
  @Option(names = "--limit", paramLabel = "UNIT=AMOUNT", description = "The cap from now on, not below the one it has. Repeat for other units.")
  Map<String, String> limits = Map.of();

  @Option(names = "--ttl", paramLabel = "DURATION", description = "How long from now it is open, e.g. 24h.")
  @Nullable String ttl;

  @Override
  Order order() {
    if (limits.isEmpty() && ttl == null) {
      throw usage("say what is extended: --limit or --ttl");
    }
    return new Order(null, "/" + AdminClient.encode(checkedTask()) + "/extend", body(limits, ttl));
  }
}
