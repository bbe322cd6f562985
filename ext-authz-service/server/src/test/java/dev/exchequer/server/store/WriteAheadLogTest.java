package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteConfig;

final class WriteAheadLogTest {
  private static final int ROW_BYTES = 20_000;
  private static final long LEAST = 40_000_000;
  private static final long MOST = 1_000_000_000;
  private static final long LARGEST = 1 << 20;

  private final Lock turn = new ReentrantLock(true);

  @TempDir Path folder;

  @Test
  void staysShortWhileSomebodyWritesWithoutAPause() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    Thread keeper = Thread.ofPlatform().start(() -> new WriteAheadLog(() -> connection(WriteAheadLog.WAIT_MS), turn, LARGEST).keepShort(closed, 5));
    long written = 0;
    long log = 0;
    try (Connection writer = connection(5_000); Statement s = writer.createStatement()) {
      s.execute("PRAGMA wal_autocheckpoint = 0");
      s.execute("CREATE TABLE rows (body BLOB)");
      writer.setAutoCommit(false);
      try (PreparedStatement insert = writer.prepareStatement("INSERT INTO rows VALUES (zeroblob(?))")) {
        insert.setInt(1, ROW_BYTES);
        // without a keeper the log is at any time at least as long as what was written; with one that gets little of the processors it is short later
        while (written < LEAST || written < 3 * log && written < MOST) {
          turn.lock();
          try {
            insert.executeUpdate();
            writer.commit();
          } finally {
            turn.unlock();
          }
          written += ROW_BYTES;
          log = Files.size(folder.resolve("some.db-wal"));
        }
      }
    } finally {
      closed.countDown();
      keeper.join();
    }
    assertThat(3 * log).as("three times the log, of %s bytes that were written", written).isLessThanOrEqualTo(written);
  }

  private Connection connection(int busyMs) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
    config.setBusyTimeout(busyMs);
    return config.createConnection("jdbc:sqlite:" + folder.resolve("some.db"));
  }
}
