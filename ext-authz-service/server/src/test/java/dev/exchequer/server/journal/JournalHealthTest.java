package dev.exchequer.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalHealthTest {
  @TempDir Path folder;

  @Test
  void aFolderThatIsNotThereIsMade() {
    Path journal = folder.resolve("data").resolve("journal");
    try (JournalHealth health = new JournalHealth(journal)) {
      assertThat(health.getAsBoolean()).isTrue();
      assertThat(journal).isDirectory();
    }
  }

  @Test
  void aFolderThatCannotBeWrittenIsSeenAtOnceAndItsRecoveryToo() throws IOException {
    // Root writes everywhere, but not below a regular file.
    Path file = Files.writeString(folder.resolve("data"), "not a folder");
    try (JournalHealth health = new JournalHealth(file.resolve("journal"))) {
      assertThat(health.getAsBoolean()).isFalse();
      assertThat(health.trouble()).hasValueSatisfying(why -> assertThat(why).contains("cannot be written in " + file.resolve("journal")).contains("nothing is admitted"));
      Files.delete(file);
      Eventually.is(health);
      assertThat(health.trouble()).isEmpty();
    }
  }

  @Test
  void aFolderThatStopsToBeWritableIsSeen() throws IOException {
    Path journal = folder.resolve("journal");
    try (JournalHealth health = new JournalHealth(journal)) {
      assertThat(health.getAsBoolean()).isTrue();
      // The probe cannot be opened for writing any more: it is a folder.
      Files.delete(journal.resolve(".probe"));
      Files.createDirectory(journal.resolve(".probe"));
      Eventually.is(() -> !health.getAsBoolean());
    }
  }
}
