package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.ledger.Books;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.sim.DiskMirror;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the simulator's disk promises is what the ledger has of SQLite: the same runs on both, also where a process dies, where power fails in the middle of a
 * COMMIT, and where a transaction fails at its last row. `-Dmirror.seeds=N` runs so many.
 */
class SimulatedDiskTest {
  private static final int SEEDS = Integer.getInteger("mirror.seeds", 6);

  @TempDir private Path folder;
  private final Map<String, Long> agreed = new TreeMap<>();

  @Test
  void theSimulatorsRunsAreThoseOfSqlite() {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try (RealDisk real = new RealDisk(folder.resolve("seed" + seed), new Random(seed), agreed)) {
        DiskMirror.run(seed, 25, real);
      }
    }
    System.out.println("as SQLite, simulated runs: " + agreed);
    assertThat(agreed).containsKeys("commits", "failed transactions", "cut transactions", "restarts", "states");
  }

  /** The real store. A process that dies leaves its files as they are: the next one opens a copy of them. */
  private static final class RealDisk implements DiskMirror, AutoCloseable {
    private static final String LOG = "ledger.db-wal";

    private final Path folder;
    private final Random random;
    private final Map<String, Long> agreed;
    private final Map<String, Policy> policies = new HashMap<>();
    private int lives;
    private boolean cut;
    private int trials;
    private @Nullable Books comparison;
    private @Nullable SqliteStore store;
    private Change.@Nullable EntryPosted entry;

    RealDisk(Path folder, Random random, Map<String, Long> agreed) {
      this.folder = folder;
      this.random = random;
      this.agreed = agreed;
    }

    private Path here() {
      return folder.resolve("life" + lives);
    }

    private SqliteStore store() {
      return Objects.requireNonNull(store);
    }

    private void count(String what) {
      agreed.merge(what, 1L, Long::sum);
    }

    @Override
    public void restarted() {
      try {
        SqliteStore before = store;
        if (before == null) {
          Files.createDirectories(here());
        } else if (!cut) {
          copied(before, Long.MAX_VALUE);
          count("restarts");
        }
        cut = false;
        store = open(here());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The files of the next life. */
    private void copied(SqliteStore before, long logBytes) throws IOException {
      Path from = here();
      lives++;
      copy(from, here());
      if (logBytes < Files.size(here().resolve(LOG))) {
        truncate(here(), logBytes);
      }
      before.close();
    }

    /** The log first: its beginning says whether the database was written from it, and it was begun anew, meanwhile. */
    private static void copy(Path from, Path to) throws IOException {
      Files.createDirectories(to);
      ByteBuffer beginning;
      do {
        beginning = beginning(from);
        Files.copy(from.resolve(LOG), to.resolve(LOG), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(from.resolve("ledger.db"), to.resolve("ledger.db"), StandardCopyOption.REPLACE_EXISTING);
      } while (!beginning.equals(beginning(from)));
    }

    private static ByteBuffer beginning(Path folder) throws IOException {
      try (var log = FileChannel.open(folder.resolve(LOG), StandardOpenOption.READ)) {
        ByteBuffer bytes = ByteBuffer.allocate(32);
        log.read(bytes);
        return bytes.flip();
      }
    }

    @Override
    public void loaded(LedgerState simulated, long startedAtMs, Books books) {
      comparison = books;
      books.checkSame(simulated, store().load(startedAtMs));
      count("states");
    }

    @Override
    public void committed(Collection<Change> changes, long nowMs) {
      remember(changes);
      if (random.nextInt(20) == 0) {
        anyByte(changes, nowMs);
      } else {
        store().commit(changes, nowMs);
      }
      changes.forEach(change -> entry = change instanceof Change.EntryPosted posted ? posted : entry);
      count("commits");
    }

    /** Power might have failed at any byte of this COMMIT: then there would be what was there before it. */
    private void anyByte(Collection<Change> changes, long nowMs) {
      try {
        Path untouched = folder.resolve("before" + ++trials);
        copy(here(), untouched);
        store().commit(changes, nowMs);
        long before = Files.size(untouched.resolve(LOG));
        long after = Files.size(here().resolve(LOG));
        if (after > before) {
          Path ended = folder.resolve("ended" + trials);
          copy(here(), ended);
          truncate(ended, before + random.nextLong(after - before));
          same(untouched, ended, nowMs);
          count("cut transactions");
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void same(Path before, Path ended, long nowMs) {
      try (SqliteStore a = open(before); SqliteStore b = open(ended)) {
        Objects.requireNonNull(comparison).checkSame(a.load(nowMs), b.load(nowMs));
      }
    }

    private SqliteStore open(Path data) {
      return SqliteStore.open(data, bytes -> Objects.requireNonNull(policies.get(new String(bytes, StandardCharsets.UTF_8))));
    }

    private static void truncate(Path data, long logBytes) throws IOException {
      try (var log = FileChannel.open(data.resolve(LOG), StandardOpenOption.WRITE)) {
        log.truncate(logBytes);
      }
    }

    private void remember(Collection<Change> changes) {
      for (Change change : changes) {
        if (change instanceof Change.PolicyActivated activated) {
          String digest = activated.policy().digest();
          policies.put(digest, activated.policy());
          store().remember(digest, digest.getBytes(StandardCharsets.UTF_8));
        }
      }
    }

    /** All of it, and an entry that is there already. */
    @Override
    public void failed(Collection<Change> changes, long nowMs) {
      Change.EntryPosted last = entry;
      if (last != null) {
        remember(changes);
        List<Change> poisoned = new ArrayList<>(changes);
        poisoned.add(last);
        assertThatThrownBy(() -> store().commit(poisoned, nowMs)).isInstanceOf(LedgerLane.LedgerUnavailable.class);
        count("failed transactions");
      }
    }

    /** The log ends somewhere in what this COMMIT appended to it; where it was begun anew, nothing of the COMMIT reached it. */
    @Override
    public void cut(Collection<Change> changes, long nowMs) {
      try {
        Path untouched = folder.resolve("untouched" + lives);
        copy(here(), untouched);
        long before = Files.size(untouched.resolve(LOG));
        remember(changes);
        store().commit(changes, nowMs);
        long after = Files.size(here().resolve(LOG));
        if (after > before) {
          copied(store(), before + random.nextLong(after - before));
          count("cut transactions");
        } else {
          store().close();
          lives++;
          copy(untouched, here());
          count("transactions that never began");
        }
        cut = true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {
      if (store != null) {
        store.close();
      }
    }
  }
}
