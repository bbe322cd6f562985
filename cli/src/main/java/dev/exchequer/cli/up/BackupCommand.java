package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.store.SqliteBackup;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "backup",
    description = {
      "Copies the ledger to a file while it is in use: what every request that was answered before has left, as one commit left it. The copy is checked.",
      "To restore it, stop the gateway, put the file in the data folder as ledger.db, and remove ledger.db-wal and ledger.db-shm there. What was spent after the copy was taken is not in it."
    },
    footer = {"", "Examples:", "  ./exchequer backup --to /backup/ledger-2026-11-26.db", "  ./exchequer backup --data /var/lib/exchequer --to /backup/ledger.db"})
public final class BackupCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Folder of the ledger (default: ${DEFAULT-VALUE}).")
  Path data = Path.of("");

  @Option(names = "--to", required = true, paramLabel = "FILE", description = "Where the copy goes; a file that exists is never replaced.")
  Path to = Path.of("");

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try {
      SqliteBackup.Copy copy = SqliteBackup.of(data, to);
      out.printf(
          Locale.ROOT, "%s: %d balances, %d entries, %d receipts, as of %s (%.1f MB, checked)%n",
          to, copy.balances(), copy.entries(), copy.receipts(), Instant.ofEpochMilli(copy.timeMs()), copy.bytes() / 1e6);
      out.flush();
    } catch (IOException e) {
      throw CommandFailed.because(e);
    }
  }
}
