package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.store.KeptElsewhere;
import dev.exchequer.server.store.postgres.PostgresProof;
import dev.exchequer.server.store.postgres.PostgresSettings;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Recomputes the ledger from its own rows: balances from entries, holds and receipts against entries, grants, reservations and budgets from all of them, and the hash chains of entries and receipts. Names the first row that does not fit, and exits 1.",
      "It may be in use: what one commit left is read, and nothing waits. Progress goes to standard error."
    },
    footer = {"", "Examples:", "  ./exchequer verify", "  ./exchequer verify --data /var/lib/exchequer", "  ./exchequer verify --file /backup/ledger-2026-11-26.db", "  ./exchequer verify --store jdbc:postgresql://db.example/ledger"})
public final class VerifyCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder of the ledger (default: ${DEFAULT-VALUE}).")
  Path data = Path.of("");

  @Option(names = "--file", paramLabel = "FILE", description = "A copy, as `backup` makes it, instead of a gateway's own ledger.")
  @Nullable Path file;

  @Mixin StoreOption store = new StoreOption();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      LedgerProof.Fits fits = proof(rows -> tell(err, rows));
      out.printf(
          Locale.ROOT, "all fits: %,d balances, %,d entries, %,d holds, %,d receipts, %,d chains, as of %s%n",
          fits.balances(), fits.entries(), fits.holds(), fits.receipts(), fits.chains(), Instant.ofEpochMilli(fits.timeMs()));
      out.flush();
    } catch (Misfit e) {
      throw new CommandFailed("does not fit: " + e.getMessage());
    } catch (IOException e) {
      throw new CommandFailed(String.valueOf(e.getMessage()));
    }
  }

  private LedgerProof.Fits proof(LongConsumer progress) throws IOException, Misfit {
    Path copy = file;
    if (copy != null) {
      return LedgerProof.of(copy, progress);
    }
    PostgresSettings database = store.settings(spec, "verify", System.getenv());
    if (database != null) {
      return PostgresProof.of(database, progress);
    }
    String elsewhere = KeptElsewhere.of(data).orElse(null);
    if (elsewhere != null) {
      throw new IOException("the ledger of " + data + " is in PostgreSQL: give --store jdbc:postgresql:" + elsewhere);
    }
    return LedgerProof.of(data.resolve("ledger.db"), progress);
  }

  private static void tell(PrintWriter err, long rows) {
    err.printf(Locale.ROOT, "%,d rows read%n", rows);
    err.flush();
  }
}
