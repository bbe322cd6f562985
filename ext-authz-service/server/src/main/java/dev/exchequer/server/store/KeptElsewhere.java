package dev.exchequer.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A note in a data folder whose gateway keeps its ledger in a database: where, and the ledger's own id. Without it, a start that forgets {@code --store}, names another database or comes
 * to an emptied one would quietly begin an empty ledger, with every initial grant made again, and a backup would copy a file that nobody writes.
 */
public final class KeptElsewhere {
  private static final String NAME = "ledger.elsewhere";

  private KeptElsewhere() {}

  /**
   * @param place the database, without anything that could be a secret
   * @param ledger the id that the ledger was given when it began
   * @throws UncheckedIOException if the folder cannot be written
   */
  public static void note(Path data, String place, String ledger) {
    try {
      Files.createDirectories(data);
      Path next = data.resolve("." + NAME + ".new");
      Files.writeString(next, place + "\n" + ledger + "\n");
      Files.move(next, data.resolve(NAME), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The database, if the ledger of this folder is in one. */
  public static Optional<String> of(Path data) {
    return line(data, 0);
  }

  /** Notes of older versions have one line. */
  private static Optional<String> line(Path data, int number) {
    Path note = data.resolve(NAME);
    try {
      return Files.exists(note) ? Files.readString(note).lines().map(String::strip).skip(number).findFirst() : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Before a database is used by the gateway of a folder.
   *
   * @param ledger the id of the ledger that is in it, empty if there is none yet
   * @throws IllegalStateException with what to do, if this folder's gateway had another ledger until now, in a database or in a file
   */
  public static void expect(Path data, String place, Optional<String> ledger) {
    Path note = data.resolve(NAME);
    Path file = data.resolve("ledger.db");
    if (!Files.exists(note) && Files.exists(file)) {
      throw new IllegalStateException(
          "the ledger of " + data + " is in the file " + file + ", and the one in PostgreSQL " + place + " is another: start without --store as before, or give --store and another data folder"
              + " (nothing is carried over; every initial grant is made anew there)");
    }
    line(data, 1)
        .filter(known -> !ledger.equals(Optional.of(known)))
        .ifPresent(
            known -> {
              throw new IllegalStateException(
                  "the gateway of " + data + " kept ledger " + known + " in PostgreSQL " + of(data).orElseThrow() + ", and " + place
                      + ledger.map(found -> " has ledger " + found).orElse(" has none")
                      + ": give the database that has it (look at its name, the server, and the search_path of this user; a copy by pg_dump keeps the id), or remove " + note
                      + " to begin with another ledger in which every initial grant is made anew. Nothing was changed");
            });
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
