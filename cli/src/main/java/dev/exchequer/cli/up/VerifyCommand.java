package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.store.KeptElsewhere;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Recomputes the ledger from its own rows: balances from entries, holds and receipts against entries, grants, reservations and budgets from all of them. Names the first row that does not fit, and exits 1.",
      "It may be in use: what one commit left is read, and nothing waits. Progress goes to standard error."
    },
    footer = {"", "Examples:", "  ./exchequer verify", "  ./exchequer verify --data /var/lib/exchequer", "  ./exchequer verify --file /backup/ledger-2026-11-26.db"})
public final class VerifyCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder of the ledger (default: ${DEFAULT-VALUE}).")
  Path data = Path.of("");

  @Option(names = "--file", paramLabel = "FILE", description = "A copy, as `backup` makes it, instead of a gateway's own ledger.")
  @Nullable Path file;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      LedgerProof.Fits fits = LedgerProof.of(database(), rows -> tell(err, rows));
      out.printf(
          Locale.ROOT, "all fits: %,d balances, %,d entries, %,d holds, %,d receipts, as of %s%n",
          fits.balances(), fits.entries(), fits.holds(), fits.receipts(), Instant.ofEpochMilli(fits.timeMs()));
      out.flush();
    } catch (Misfit e) {
      throw new CommandFailed("does not fit: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailed(String.valueOf(e.getMessage()));
    }
  }

  private Path database() throws IOException {
    Path copy = file;
    if (copy != null) {
      return copy;
    }
    String elsewhere = KeptElsewhere.of(data).orElse(null);
    if (elsewhere != null) {
      throw new IOException("the ledger of " + data + " is in PostgreSQL " + elsewhere + ": this command reads ledgers in SQLite only");
    }
    return data.resolve("ledger.db");
  }

  private static void tell(PrintWriter err, long rows) {
    err.printf(Locale.ROOT, "%,d rows read%n", rows);
    err.flush();
  }
}
