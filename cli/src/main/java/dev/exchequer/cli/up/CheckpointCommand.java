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
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "checkpoint",
    description = {
      "Writes down what the ledger has now, in use or not: where every hash chain ends and what every balance comes to, a file of one line of JSON.",
      "Give it away: `verify --checkpoints` finds whatever is rewritten or taken away after it."
    },
    footer = {
      "", "Examples:", "  ./exchequer checkpoint --to /mnt/elsewhere", "  openssl genpkey -algorithm ed25519 -out audit.key", "  ./exchequer checkpoint --to /mnt/elsewhere --key audit.key"
    })
public final class CheckpointCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder of the ledger (default: ${DEFAULT-VALUE}).")
  Path data = Path.of("");

  @Mixin StoreOption store = new StoreOption();

  @Option(names = "--to", required = true, paramLabel = "DIR", description = "Folder for it, outside of the data folder; no file there is replaced.")
  Path to = Path.of("");

  @Option(names = "--key", paramLabel = "FILE", description = "Signs it: a private key of Ed25519, PKCS#8 in PEM.")
  @Nullable Path key;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    Path signing = key;
    try {
      CheckpointText text = CheckpointText.of(taken(), signing == null ? null : Keys.signing(signing));
      Path file = CheckpointFolder.save(to, text);
      Checkpoint checkpoint = text.checkpoint();
      long records = checkpoint.heads().stream().mapToLong(Checkpoint.Head::number).sum();
      out.printf(
          Locale.ROOT, "%s: %,d entries and receipts in %,d chains, %,d balances, as of %s%s%n",
          file, records, checkpoint.heads().size(), checkpoint.sums().size(), Instant.ofEpochMilli(checkpoint.timeMs()), signing == null ? " (not signed)" : "");
      out.flush();
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }

  private Checkpoint taken() throws IOException {
    PostgresSettings database = store.settings(spec, "checkpoint", System.getenv());
    if (database != null) {
      return PostgresProof.checkpoint(database);
    }
    String elsewhere = KeptElsewhere.of(data).orElse(null);
    if (elsewhere != null) {
      throw new IOException("the ledger of " + data + " is in PostgreSQL: give --store jdbc:postgresql:" + elsewhere);
    }
    return LedgerProof.checkpoint(data.resolve("ledger.db"));
  }
}
