package dev.exchequer.cli.admin;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    description = {
      "Writes all entries, all receipts or all corrections of house costs of the ledger to a file, complete also while the gateway works. Progress goes to standard error.",
      "FILE.cursor notes how far it got: the same command again goes on there, after a break or for what is new. The same range gives the same bytes."
    },
    footer = {
      "", "Examples:", "  ./exchequer export receipts --to receipts.jsonl", "  ./exchequer export entries --format csv --to entries.csv",
      "  ./exchequer export entries --from 1:812 --until 1:4000 --to part.jsonl"
    })
public final class ExportCommand implements Runnable {
  private static final String NEXT = "x-exchequer-next-cursor";
  private static final String END = "x-exchequer-end-cursor";
  private static final String COUNT = "x-exchequer-count";

  enum What {
    entries("entries"), receipts("receipts"), houseCorrections("house-corrections");

    private final String text;

    What(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "entries|receipts|house-corrections", description = "What is exported.")
  What what = What.entries;

  @Option(names = "--format", paramLabel = "jsonl|csv", defaultValue = "jsonl", description = "A line of JSON or of CSV for each (default: ${DEFAULT-VALUE}).")
  ExportFile.Format format = ExportFile.Format.jsonl;

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "Where they go. A file that no export made is never changed.")
  Path to = Path.of("");

  @Option(names = "--from", paramLabel = "CURSOR", description = "Only what comes after it, to a file that does not exist yet (default: from the beginning, or what FILE.cursor says).")
  @Nullable String from;

  @Option(names = "--until", paramLabel = "CURSOR", description = "Only up to there (default: to what is committed when it begins).")
  @Nullable String until;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (AdminOptions.Opened api = admin.open();
        ExportFile file = ExportFile.open(to, what.toString(), format, from)) {
      long lines = write(api.client(), file);
      out.printf(Locale.ROOT, "%s: %,d %s added, up to cursor %s%n", to, lines, what, file.cursor());
      out.flush();
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }

  private long write(AdminClient api, ExportFile file) throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    long lines = 0;
    String end = until;
    boolean more = true;
    while (more) {
      Map<String, String> query = new LinkedHashMap<>();
      query.put("format", format.name());
      query.put("from", file.cursor());
      if (end != null) {
        query.put("until", end);
      }
      query.put("header", Boolean.toString(file.isNew()));
      AdminClient.Page page = api.page("/api/v1/export/" + what, query);
      end = page.header(END);
      lines += Long.parseLong(page.header(COUNT));
      file.add(page.body(), page.header(NEXT));
      more = !file.cursor().equals(end);
      err.printf(Locale.ROOT, "%,d %s, cursor %s of %s%n", lines, what, file.cursor(), end);
      err.flush();
    }
    return lines;
  }
}
