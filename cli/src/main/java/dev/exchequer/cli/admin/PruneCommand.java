package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "prune",
    description = {
      "Removes the details of old receipts: labels, prices, lines, what was considered. What sums and proofs are made of stays, so no report changes and `verify` still fits. The details cannot be brought back: export them first.",
      "It runs beside the requests, and is recorded with the name of the token. `up --keep-receipts` does the same by itself, once an hour. --list shows each time."
    },
    footer = {"", "Examples:", "  ./exchequer prune --keep 90d --dry-run", "  ./exchequer prune --before 2026-08-01", "  ./exchequer prune --list"})
public final class PruneCommand implements Runnable {
  private static final String PATH = "/api/v1/prunings";
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  @Mixin AdminOptions admin = new AdminOptions();

  @ArgGroup(multiplicity = "1")
  What what = new What();

  /** Exactly one of them. */
  static final class What {
    @Option(names = "--before", paramLabel = "TIME", description = "Of requests that came before: a day of UTC or an RFC 3339 time, a day ago at the latest.")
    @Nullable String before;

    @Option(names = "--keep", paramLabel = "DURATION", description = "Of requests that came longer ago, e.g. 90d.")
    @Nullable String keep;

    @Option(names = "--list", description = "Shows when details were removed, by whom and up to where.")
    boolean list;
  }

  @Option(names = "--dry-run", description = "Says how many would lose their details, and changes nothing.")
  boolean dryRun;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    out.print(answer());
    out.flush();
  }

  private String answer() {
    if (what.list) {
      try (AdminOptions.Opened api = admin.open()) {
        JsonNode answer = api.client().get(PATH, Map.of("limit", "50"));
        return admin.output == Output.json ? answer.toPrettyString() + "\n" : table(answer);
      }
    }
    String before = limit().toString();
    if (dryRun) {
      try (AdminOptions.Opened api = admin.open()) {
        JsonNode answer = api.client().report(PATH + "/preview", Map.of("before", before));
        return admin.output == Output.json ? answer.toPrettyString() + "\n" : preview(answer);
      }
    }
    try (AdminOptions.Opened api = admin.openAsTreasurer()) {
      JsonNode begun = api.client().ask(PATH, AdminClient.JSON.createObjectNode().put("before", before)).path("pruning");
      JsonNode ended = begun.isNull() ? begun : awaited(api.client(), begun.path("id").asLong());
      return admin.output == Output.json ? ended.toPrettyString() + "\n" : told(ended, before);
    }
  }

  private Instant limit() {
    String keep = what.keep;
    try {
      if (keep != null) {
        return Instant.now().minus(Keep.parse(keep));
      }
      String text = String.valueOf(what.before);
      return text.length() == 10 ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant() : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw new ParameterException(spec.commandLine(), "--before must be a day like 2026-01-31 or a time like 2026-01-31T00:00:00Z", e);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--keep " + e.getMessage(), e);
    }
  }

  /** It goes on in the service; if this is interrupted too. */
  private JsonNode awaited(AdminClient api, long id) {
    PrintWriter err = spec.commandLine().getErr();
    long told = 0;
    while (true) {
      for (JsonNode pruning : api.get(PATH, Map.of("limit", "50")).path("items")) {
        if (pruning.path("id").asLong() == id && !pruning.path("state").asText().equals("Running")) {
          return pruning;
        }
        if (pruning.path("id").asLong() == id && pruning.path("receipts").asLong() - told >= 10_000) {
          told = pruning.path("receipts").asLong();
          err.printf(Locale.ROOT, "%,d receipts%n", told);
          err.flush();
        }
      }
      LockSupport.parkNanos(PAUSE_NANOS);
      if (Thread.interrupted()) {
        throw new CommandFailed("interrupted; the service goes on with pruning " + id);
      }
    }
  }

  private static String preview(JsonNode answer) {
    long receipts = answer.path("receipts").asLong();
    return receipts == 0
        ? "No receipt from before " + Cells.text(answer.path("before")) + " has details.\n"
        : String.format(
            Locale.ROOT, "%,d receipts of requests from %s to %s would lose their details. Nothing was changed.%n", receipts, Cells.text(answer.path("oldest")),
            Cells.text(answer.path("newest")));
  }

  private static String told(JsonNode pruning, String before) {
    if (pruning.isNull()) {
      return "No receipt from before " + before + " has details.\n";
    }
    String text = String.format(Locale.ROOT, "pruning %d: %,d receipts lost their details, of requests from before %s%n", pruning.path("id").asLong(), pruning.path("receipts").asLong(), Cells.text(pruning.path("before")));
    if (pruning.path("state").asText().equals("Done")) {
      return text;
    }
    throw new CommandFailed(text.strip() + "; it was broken off: give the command again for the rest");
  }

  static String table(JsonNode answer) {
    Table table = new Table(List.of("PRUNING", "BEGUN", "BY", "BEFORE", "RECEIPTS", "STATE"), Set.of("PRUNING", "RECEIPTS"));
    for (JsonNode pruning : answer.path("items")) {
      table.row(
          pruning.path("id").asText(), Cells.text(pruning.path("begun")), Cells.text(pruning.path("by")), Cells.text(pruning.path("before")), pruning.path("receipts").asText(),
          pruning.path("state").asText().equals("BrokenOff") ? "broken off" : pruning.path("state").asText().toLowerCase(Locale.ROOT));
    }
    return table.isEmpty() ? "No details of receipts were removed.\n" : table.render();
  }
}
