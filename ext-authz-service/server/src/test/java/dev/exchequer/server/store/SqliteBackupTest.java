package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A copy of a ledger that is written to meanwhile: whole, at one commit, and usable as a ledger. */
class SqliteBackupTest {
  @TempDir Path folder;

  @Test
  void aRunningLedgerIsCopiedAsOneCommitLeftIt() throws Exception {
    Path data = folder.resolve("data");
    Path copy = folder.resolve("copy.db");
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      for (int i = 0; i < 20; i++) {
        ledger.admit("before" + i).join();
        ledger.settle("before" + i).join();
      }
      List<CompletableFuture<?>> meanwhile = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        meanwhile.add(ledger.admit("meanwhile" + i));
      }
      SqliteBackup.Copy told = SqliteBackup.of(data, copy);
      meanwhile.forEach(CompletableFuture::join);
      assertThat(told.receipts()).as("what was acknowledged before").isGreaterThanOrEqualTo(20);
      assertThat(told.entries()).isGreaterThanOrEqualTo(21);
      assertThat(told.bytes()).isEqualTo(Files.size(copy));
      assertThat(told.timeMs()).isLessThanOrEqualTo(System.currentTimeMillis());
    }
    Path restored = Files.createDirectories(folder.resolve("restored"));
    Files.copy(copy, restored.resolve("ledger.db"));
    try (OpenLedger ledger = new OpenLedger(restored, new World())) {
      assertThat(ledger.reads.receipt("before19")).isPresent();
      LedgerReads.BalanceRow row = ledger.reads.balance(World.CREDIT).orElseThrow();
      assertThat(ledger.reads.entries(World.CREDIT, null, 1).items().getFirst().after()).isEqualTo(row.posted());
      ledger.admit("after").join();
      ledger.settle("after").join();
      assertThat(ledger.reads.receipt("after")).as("it goes on").isPresent();
    }
  }

  @Test
  void whatCannotBeCopiedLeavesNothing() throws IOException {
    Path target = folder.resolve("copy.db");
    assertThatThrownBy(() -> SqliteBackup.of(folder, target)).isInstanceOf(IOException.class).hasMessageContaining("there is no ledger in " + folder);
    Path data = folder.resolve("data");
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      assertThat(ledger.loaded()).isNotNull();
    }
    assertThatThrownBy(() -> SqliteBackup.of(data, folder.resolve("none/copy.db"))).hasMessageContaining("there is no folder");
    Files.writeString(target, "precious");
    assertThatThrownBy(() -> SqliteBackup.of(data, target)).hasMessageContaining("a backup never replaces one");
    assertThat(target).hasContent("precious");
    Files.writeString(data.resolve("ledger.db"), "not a database, but long enough to be taken for one by its size only");
    assertThatThrownBy(() -> SqliteBackup.of(data, folder.resolve("other.db"))).isInstanceOf(IOException.class).hasMessageContaining("cannot be copied");
    assertThat(folder.resolve("other.db")).doesNotExist();
    assertThat(folder.resolve("other.db.partial")).doesNotExist();
  }
}
