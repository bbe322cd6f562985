package dev.exchequer.server.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether the files of an open ledger are still the ones in its folder. Who removes, moves or replaces one under a running gateway (a backup that is put in place before the gateway was
 * stopped) leaves SQLite writing into a file that no name leads to: everything goes well until the next start, which finds none of it. Nothing is acknowledged then.
 */
final class SqlitePlace {
  private final Path database;
  private final List<Path> files;
  /** By file: what the system knows it by; a name that leads elsewhere has another. Not there where the file system has no such thing. */
  private final Map<Path, Object> known = new LinkedHashMap<>();
  /** Read by any thread. */
  private volatile @Nullable String moved;

  /** @param lock whose lock keeps other processes out */
  SqlitePlace(Path database, Path lock) {
    this.database = database;
    this.files = List.of(database, Path.of(database + "-wal"), lock);
  }

  /**
   * To be called by who commits, before and after it.
   *
   * @throws LedgerLane.LedgerUnavailable if the ledger is not where it was; from then on always
   */
  void check() {
    if (moved == null) {
      for (Path file : files) {
        Object key = key(file);
        Object before = key == null ? known.get(file) : known.putIfAbsent(file, key);
        if (before != null && !before.equals(key)) {
          moved = file.getFileName() + " was " + (key == null ? "removed" : "replaced") + " in " + database.getParent()
              + " while this gateway used it, and nothing is written any more: what was acknowledged until now is in the file that was there before; stop the gateway, put the files as they are meant"
              + " to be (to restore a backup: ledger.db, without ledger.db-wal and ledger.db-shm) and start it";
        }
      }
    }
    String why = moved;
    if (why != null) {
      throw new LedgerLane.LedgerUnavailable(why);
    }
  }

  /** Why nothing is written any more; empty while it may. Asked by any thread. */
  Optional<String> moved() {
    return Optional.ofNullable(moved);
  }

  private static @Nullable Object key(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new LedgerLane.LedgerUnavailable("the ledger's files cannot be looked at: " + e.getMessage(), e);
    }
  }
}
