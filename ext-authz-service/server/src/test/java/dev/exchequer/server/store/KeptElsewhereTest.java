package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.World;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder whose ledger is in a database is not mistaken for one that has it in a file. */
class KeptElsewhereTest {
  @TempDir Path data;

  @Test
  void aStartThatForgetsTheDatabaseIsRefused() {
    assertThatCode(() -> KeptElsewhere.refuse(data)).doesNotThrowAnyException();
    KeptElsewhere.note(data, "//db/old");
    KeptElsewhere.note(data, "//db/ledger");
    assertThat(KeptElsewhere.of(data)).contains("//db/ledger");
    assertThatThrownBy(() -> KeptElsewhere.refuse(data))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is in PostgreSQL //db/ledger: start with --store as before, or remove " + data.resolve("ledger.elsewhere"));
  }

  @Test
  void aBackupOfItIsRefusedAlsoWithAnOldFileBesideIt() {
    try (OpenLedger ledger = new OpenLedger(data, new World())) {
      assertThat(ledger.loaded()).isNotNull();
    }
    KeptElsewhere.note(data, "//db/ledger");
    Path target = data.resolve("copy.db");
    assertThatThrownBy(() -> SqliteBackup.of(data, target)).isInstanceOf(IOException.class).hasMessageContaining("is in PostgreSQL //db/ledger: copy it with pg_dump");
    assertThat(target).doesNotExist();
  }
}
