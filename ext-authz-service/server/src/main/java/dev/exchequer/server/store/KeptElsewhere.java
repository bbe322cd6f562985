package dev.exchequer.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A note in a data folder whose gateway keeps its ledger in a database. Without it, a start that forgets {@code --store} would quietly begin an empty ledger in
 * the folder, with every initial grant made again, and a backup would copy a file that nobody writes.
 */
public final class KeptElsewhere {
  private static final String NAME = "ledger.elsewhere";

  private KeptElsewhere() {}

  /**
   * @param place the database, without anything that could be a secret
   * @throws UncheckedIOException if the folder cannot be written
   */
  public static void note(Path data, String place) {
    try {
      Files.createDirectories(data);
      Path next = data.resolve("." + NAME + ".new");
      Files.writeString(next, place + "\n");
      Files.move(next, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The database, if the ledger of this folder is in one. */
  public static Optional<String> of(Path data) {
    Path note = data.resolve(NAME);
    try {
      return Files.exists(note) ? Optional.of(Files.readString(note).strip()) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** @throws IllegalStateException with what to do, if the ledger of this folder is in a database */
  public static void refuse(Path data) {
    of(data).ifPresent(place -> {
      throw new IllegalStateException(
          "the ledger of " + data + " is in PostgreSQL " + place + ": start with --store as before, or remove " + data.resolve(NAME)
              + " to begin another ledger in this folder");
    });
  }
}
