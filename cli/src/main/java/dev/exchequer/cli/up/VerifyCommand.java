package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.store.KeptElsewhere;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.checkpoint.CheckpointFolder;
import dev.exchequer.server.store.checkpoint.CheckpointText;
import dev.exchequer.server.store.checkpoint.Keys;
import dev.exchequer.server.store.postgres.PostgresProof;
import dev.exchequer.server.store.postgres.PostgresSettings;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "verify",
    description = {
      "Recomputes the ledger from its own rows: balances from entries, holds and receipts against entries, grants, reservations and budgets from all of them, and the hash chains of entries and receipts. Names the first row that does not fit, and exits 1.",
      "It may be in use: what one commit left is read, and nothing waits. Progress goes to standard error."
    },
    footer = {"", "Examples:", "  ./exchequer verify", "  ./exchequer verify --data /var/lib/exchequer", "  ./exchequer verify --file /backup/ledger-2026-11-26.db", "  ./exchequer verify --store jdbc:postgresql://db.example/ledger", "  ./exchequer verify --checkpoints /mnt/elsewhere --public-key audit.pub"})
public final class VerifyCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder of the ledger (default: ${DEFAULT-VALUE}).")
  Path data = Path.of("");

  @Option(names = "--file", paramLabel = "FILE", description = "A copy, as `backup` makes it, instead of a gateway's own ledger.")
  @Nullable Path file;

  @Mixin StoreOption store = new StoreOption();

  @Option(names = "--checkpoints", paramLabel = "DIR", description = "Folder of checkpoints: what was there when they were written has to be there still.")
  @Nullable Path checkpoints;

  @Option(names = "--public-key", paramLabel = "FILE", description = "Ed25519 key (PEM): every one of these checkpoints has to be signed with it.")
  @Nullable Path publicKey;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    try {
      LedgerProof.Fits fits = proof(given(), rows -> tell(err, rows));
      out.printf(
          Locale.ROOT, "all fits: %,d balances, %,d entries, %,d holds, %,d receipts, %,d chains%s, as of %s%n",
          fits.balances(), fits.entries(), fits.holds(), fits.receipts(), fits.chains(), checkpoints == null ? "" : String.format(Locale.ROOT, ", %,d checkpoints", fits.checkpoints()), Instant.ofEpochMilli(fits.timeMs()));
      Long before = fits.prunedBeforeMs();
      if (before != null) {
        out.printf(Locale.ROOT, "%,d receipts of requests from before %s have no details any more: removed as recorded, their charges are proven, their lines are not%n", fits.pruned(), Instant.ofEpochMilli(before));
      }
      out.flush();
    } catch (Misfit e) {
      throw new CommandFailed("does not fit: " + e.getMessage());
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }

  private Map<String, Checkpoint> given() throws IOException {
    Path folder = checkpoints;
    if (folder == null) {
      if (publicKey != null) {
        throw new ParameterException(spec.commandLine(), "--public-key is for checkpoints: give their folder with --checkpoints");
      }
      return Map.of();
    }
    Map<String, CheckpointText> written = CheckpointFolder.read(folder);
    if (written.isEmpty()) {
      throw new IOException("there is no checkpoint in " + folder + ": give the folder that `checkpoint` or `up --checkpoints` wrote to");
    }
    Path keyFile = publicKey;
    PublicKey key = keyFile == null ? null : Keys.checking(keyFile);
    Map<String, Checkpoint> checked = new TreeMap<>();
    for (Map.Entry<String, CheckpointText> each : written.entrySet()) {
      if (key != null && !each.getValue().isSignedBy(key)) {
        throw new CommandFailed("does not fit: " + folder.resolve(each.getKey()) + ": " + (each.getValue().isSigned() ? "its signature is not of this key, or it was changed" : "it has no signature"));
      }
      checked.put(each.getKey(), each.getValue().checkpoint());
    }
    return checked;
  }

  private LedgerProof.Fits proof(Map<String, Checkpoint> written, LongConsumer progress) throws IOException, Misfit {
    Path copy = file;
    if (copy != null) {
      return LedgerProof.of(copy, written, progress);
    }
    PostgresSettings database = store.settings(spec, "verify", System.getenv());
    if (database != null) {
      return PostgresProof.of(database, written, progress);
    }
    String elsewhere = KeptElsewhere.of(data).orElse(null);
    if (elsewhere != null) {
      throw new IOException("the ledger of " + data + " is in PostgreSQL: give --store jdbc:postgresql:" + elsewhere);
    }
    return LedgerProof.of(data.resolve("ledger.db"), written, progress);
  }

  private static void tell(PrintWriter err, long rows) {
    err.printf(Locale.ROOT, "%,d rows read%n", rows);
    err.flush();
  }
}
