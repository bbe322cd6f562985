package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backup that was taken under load is a whole ledger; what came after it is missing, and only who has a checkpoint from then can tell. */
class BackupProofTest {
  @TempDir Path folder = Path.of("");

  private static World world() {
    World world = new World();
    world.credit = "60";
    world.concurrency = 10_000;
    return world;
  }

  @Test
  void isProvenStartsAgainAndCannotHideWhatCameAfterIt() throws Exception {
    Path data = folder.resolve("data");
    Path copy = folder.resolve("copy.db");
    Checkpoint before;
    Checkpoint after;
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      for (int i = 0; i < 40; i++) {
        ledger.admit("before" + i).join();
        ledger.settle("before" + i).join();
      }
      before = ledger.home.history().export().checkpoint();
      List<CompletableFuture<Result>> load = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        String id = "during" + i;
        load.add(ledger.admit(id).thenCompose(held -> ledger.settle(id)));
      }
      SqliteBackup.Copy told = SqliteBackup.of(data, copy);
      load.forEach(CompletableFuture::join);
      ledger.admit("afterwards").join();
      ledger.settle("afterwards").join();
      after = ledger.home.history().export().checkpoint();
      assertThat(told.receipts()).isBetween(40L, 640L);
    }
    LedgerProof.Fits fits = LedgerProof.of(copy, Map.of("before", before), rows -> {});
    assertThat(fits.receipts()).isBetween(40L, 640L);
    assertThat(fits.checkpoints()).isOne();

    Path restored = Files.createDirectories(folder.resolve("restored"));
    Path database = Files.copy(copy, restored.resolve("ledger.db"));
    try (OpenLedger ledger = new OpenLedger(restored, world())) {
      assertThat(ledger.reads.receipt("before39")).isPresent();
      assertThat(ledger.reads.receipt("afterwards")).as("what came after the copy").isEmpty();
      ledger.admit("goes-on").join();
      ledger.settle("goes-on").join();
      assertThat(ledger.reads.receipt("goes-on")).isPresent();
    }
    assertThat(LedgerProof.of(database, rows -> {}).receipts()).as("it fits itself").isGreaterThan(40);
    assertThat(LedgerProof.of(database, Map.of("before", before), rows -> {}).checkpoints()).isOne();
    assertThatThrownBy(() -> LedgerProof.of(database, Map.of("before", before, "after", after), rows -> {})).isInstanceOf(Misfit.class).hasMessageContaining("when after was written");
  }
}
