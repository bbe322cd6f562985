package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.chain.Cursor;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public class SqliteExportTest {
  private static final int REQUESTS = 1_500;

  @TempDir Path data = Path.of("");

  private static World world() {
    World world = new World();
    world.credit = "1000000";
    world.concurrency = 10_000;
    return world;
  }

  /** Some tens at a time, so that there are many commits to read between. */
  public static CompletableFuture<Void> load(OpenLedger ledger, String name) {
    return CompletableFuture.allOf(
        IntStream.range(0, 20)
            .mapToObj(
                lane -> {
                  CompletableFuture<Object> last = CompletableFuture.completedFuture(name);
                  for (int i = lane; i < REQUESTS; i += 20) {
                    String id = name + i;
                    last = last.thenCompose(done -> ledger.admit(id)).thenCompose(held -> ledger.settle(id)).thenApply(settled -> settled);
                  }
                  return last;
                })
            .toArray(CompletableFuture[]::new));
  }

  @Test
  void everythingIsReadOnceWhileOthersWrite() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      CompletableFuture<Void> load = load(ledger, "r");
      long[] read = ExportCheck.whileOthersWrite(List.of(ledger.home.history().export()), () -> !load.isDone());
      assertThat(read[1]).isEqualTo(REQUESTS);
      assertThat(read[0]).as("and the first grants").isEqualTo(REQUESTS + 2);
    }
  }

  @Test
  void aCursorOfAnotherLedgerIsRefused() {
    try (OpenLedger ledger = new OpenLedger(data, world())) {
      LedgerExport export = ledger.home.history().export();
      Cursor end = export.end();
      assertThatThrownBy(() -> export.entries(Cursor.START, Cursor.parse("1:99"), 10)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the cursor 1:99 is beyond what this ledger has");
      assertThatThrownBy(() -> export.entries(Cursor.parse("1:2,2:1"), end, 10)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("is not before " + end);
      assertThat(export.receipts(end, end, 10)).isEqualTo(new LedgerExport.Page<>(List.of(), end));
    }
  }

  @Test
  void cursorsAreText() {
    assertThat(Cursor.parse("3:40,1:812")).hasToString("1:812,3:40");
    assertThat(Cursor.parse("0")).isEqualTo(Cursor.START).hasToString("0");
    for (String bad : List.of("", "1", "1:", "1:x", "0:1", "1:-1", "1:1,1:2", "1:1,")) {
      assertThatThrownBy(() -> Cursor.parse(bad)).as(bad).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("not a cursor: \"" + bad + "\"");
    }
  }
}
