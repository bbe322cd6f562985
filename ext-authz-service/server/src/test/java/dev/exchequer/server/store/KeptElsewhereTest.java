package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder whose ledger is in a database is not mistaken for one that has it in a file. */
class KeptElsewhereTest {
  @TempDir Path data;

  @Test
  void aStartThatForgetsTheDatabaseIsRefused() {
    assertThatCode(() -> KeptElsewhere.refuse(data)).doesNotThrowAnyException();
    KeptElsewhere.note(data, "//db/old", "id");
    KeptElsewhere.note(data, "//db/ledger", "id");
    assertThat(KeptElsewhere.of(data)).contains("//db/ledger");
    assertThatThrownBy(() -> KeptElsewhere.refuse(data))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is in PostgreSQL //db/ledger: start with --store as before, or remove " + data.resolve("ledger.elsewhere"));
  }

  /** Another database, one that was emptied, another search_path: all of them look like an empty ledger, in which every initial grant would be made again. */
  @Test
  void anotherLedgerThanUntilNowIsRefused() throws IOException {
    assertThatCode(() -> KeptElsewhere.expect(data, "//db/ledger", Optional.empty())).as("the first start").doesNotThrowAnyException();
    KeptElsewhere.note(data, "//db/ledger", "id-1");
    assertThatCode(() -> KeptElsewhere.expect(data, "//other/restored", Optional.of("id-1"))).as("a copy of it").doesNotThrowAnyException();
    assertThatThrownBy(() -> KeptElsewhere.expect(data, "//db/ledger", Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("kept ledger id-1 in PostgreSQL //db/ledger, and //db/ledger has none: give the database that has it")
        .hasMessageContaining("or remove " + data.resolve("ledger.elsewhere"));
    assertThatThrownBy(() -> KeptElsewhere.expect(data, "//db/other", Optional.of("id-2"))).hasMessageContaining("and //db/other has ledger id-2");
    Files.writeString(data.resolve("ledger.elsewhere"), "//db/ledger\n");
    assertThatCode(() -> KeptElsewhere.expect(data, "//db/ledger", Optional.of("id-1"))).as("a note of an older version").doesNotThrowAnyException();
  }

  @Test
  void aFolderThatHasItsLedgerInAFileGetsNoSecondOne() {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      assertThat(ledger.loaded()).isNotNull();
    }
    assertThatThrownBy(() -> KeptElsewhere.expect(data, "//db/ledger", Optional.empty()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is in the file " + data.resolve("ledger.db"))
        .hasMessageContaining("start without --store as before, or give --store and another data folder");
  }

  @Test
  void aBackupOfItIsRefusedAlsoWithAnOldFileBesideIt() {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      assertThat(ledger.loaded()).isNotNull();
    }
    KeptElsewhere.note(data, "//db/ledger", "id");
    Path target = data.resolve("copy.db");
    assertThatThrownBy(() -> SqliteBackup.of(data, target)).isInstanceOf(IOException.class).hasMessageContaining("is in PostgreSQL //db/ledger: copy it with pg_dump");
    assertThat(target).doesNotExist();
  }
}
