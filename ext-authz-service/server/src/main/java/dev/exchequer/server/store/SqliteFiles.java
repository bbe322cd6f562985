package dev.exchequer.server.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** The ledger's folder: its lock, its schema, its connections and its checkpointer. */
final class SqliteFiles implements AutoCloseable {
  private static final Set<String> NETWORK = Set.of("nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "fuse.sshfs", "ceph", "glusterfs", "fuse.glusterfs", "afs");
  private static final int BUSY_TIMEOUT_MS = 5_000;
  private static final long CHECKPOINT_MS = 1_000;

  private final Path database;
  private final FileChannel lockFile;
  private final SqlitePlace place;
  private final Lock turn = new ReentrantLock(true);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Thread checkpointer;

  private SqliteFiles(Path database, Path lock, FileChannel lockFile) {
    this.database = database;
    this.lockFile = lockFile;
    this.place = new SqlitePlace(database, lock);
    this.checkpointer = Thread.ofPlatform().name("ledger-checkpointer").daemon().unstarted(() -> new WriteAheadLog(this::forCheckpoints, turn, WriteAheadLog.LARGEST_BYTES).keepShort(closed, CHECKPOINT_MS));
  }

  static SqliteFiles open(Path data) {
    try {
      Files.createDirectories(data);
      String type = Files.getFileStore(data).type().toLowerCase(Locale.ROOT);
      if (NETWORK.contains(type)) {
        throw new IllegalStateException(data + " is on a network file system (" + type + "), where SQLite's locks cannot be trusted: use a local disk");
      }
      Path lock = data.resolve("ledger.lock");
      SqliteFiles files = new SqliteFiles(data.resolve("ledger.db"), lock, lock(lock));
      try {
        files.migrate();
      } catch (RuntimeException e) {
        files.lockFile.close();
        throw e;
      }
      files.checkpointer.start();
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel lock(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      lock = null;
    }
    if (lock == null) {
      channel.close();
      throw new IllegalStateException("another process has the ledger in " + file.getParent() + ": stop it, or use another data folder");
    }
    return channel;
  }

  private void migrate() {
    SQLiteDataSource source = new SQLiteDataSource(config(false));
    source.setUrl("jdbc:sqlite:" + database);
    Flyway flyway = Flyway.configure().dataSource(source).locations("classpath:db/migration").javaMigrations(SqliteChain.genesis(), new SqliteRowids(), SqliteChain.house()).loggers("slf4j").load();
    MigrationInfo newest = flyway.info().current();
    if (newest != null && newest.getState().isApplied() && !newest.getState().isResolved()) {
      throw new IllegalStateException(
          "the ledger " + database + " was written by a newer version of this program (its schema " + newest.getVersion()
              + " is not known here): start that version, or give another data folder. Nothing was changed");
    }
    flyway.migrate();
  }

  private static SQLiteConfig config(boolean readOnly) {
    SQLiteConfig config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_TIMEOUT_MS);
    config.setReadOnly(readOnly);
    config.setGetGeneratedKeys(false); // else each insert is followed by a question for them
    return config;
  }

  Connection connect(boolean readOnly) throws SQLException {
    Connection connection = config(readOnly).createConnection("jdbc:sqlite:" + database);
    if (!readOnly) {
      try (Statement s = connection.createStatement()) {
        // Checkpoints are the checkpointer's: no commit waits for one.
        s.execute("PRAGMA wal_autocheckpoint = 0");
      }
      connection.setAutoCommit(false);
    }
    return connection;
  }

  /** Who commits has it meanwhile: between two commits the write-ahead log may be ended. */
  Lock turn() {
    return turn;
  }

  /** Whether they are still there. */
  SqlitePlace place() {
    return place;
  }

  private Connection forCheckpoints() throws SQLException {
    SQLiteConfig config = config(false);
    config.setBusyTimeout(WriteAheadLog.WAIT_MS);
    return config.createConnection("jdbc:sqlite:" + database);
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      checkpointer.join(5_000);
      lockFile.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
