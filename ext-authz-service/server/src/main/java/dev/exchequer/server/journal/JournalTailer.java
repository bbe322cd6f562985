package dev.exchequer.server.journal;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Provider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows one journal file on a thread of its own and applies its lines in order. The place after a line is stored in the transaction of its effect, so a
 * line is never lost; it may be applied twice, which the ledger does not mind. A torn last line waits for its rest.
 */
public final class JournalTailer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalTailer.class);
  private static final long PAUSE_MS = 50;
  private static final long RETRY_MS = 200;

  /** What the tailer did, for metrics. */
  public interface Observer {
    Observer NONE =
        new Observer() {
          @Override
          public void line(String file) {}

          @Override
          public void quarantined(String file) {}
        };

    void line(String file);

    void quarantined(String file);
  }

  /** Applies an event together with the place after it. */
  public interface Applier extends BiFunction<JournalPosition, JournalEvent, CompletableFuture<Result>> {}

  private final JournalFile file;
  private final JournalFollower follower;
  private final JournalRotation rotation;
  private final Path path;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param path DATA/journal/hops.jsonl or requests.jsonl
   * @param from where the ledger has read to, null = from the beginning
   * @param hops the file has hops, else whole requests
   */
  public JournalTailer(
      Path path, @Nullable JournalPosition from, boolean hops, Function<HoldId, Optional<Provider>> providers, Applier applier, Observer observer, JournalRotation rotation) {
    this.path = path;
    this.file = new JournalFile(path, from);
    this.rotation = rotation;
    this.follower = new JournalFollower(file, from, hops, new Quarantine(path.resolveSibling("quarantine.jsonl"))::add, providers, applier, observer, waits());
    this.thread = Thread.ofPlatform().name("journal-" + path.getFileName()).daemon().start(this::run);
  }

  private JournalFollower.Waits waits() {
    return new JournalFollower.Waits() {
      @Override
      public boolean going() {
        return stopping.getCount() > 0;
      }

      @Override
      public void until(CompletableFuture<Result> answer) {
        try {
          answer.join();
        } catch (RuntimeException e) {
          LOG.debug("a journal line is not durable yet", e);
        }
      }

      @Override
      public void beforeAnother() throws InterruptedException {
        stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
      }
    };
  }

  private void run() {
    try {
      do {
        try {
          follower.follow();
          if (stopping.getCount() > 0) {
            rotation.atEnd();
          }
        } catch (IOException e) {
          LOG.warn("the journal cannot be read now: {}", e.toString());
        }
      } while (!stopping.await(PAUSE_MS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      file.close();
    }
  }

  /** Bytes of the file under the name that are not yet durable in the ledger. A torn last line counts; of a file that was rotated away nothing does. */
  public long behindBytes() {
    JournalPosition place = follower.landed();
    try {
      long size = Files.size(path);
      if (place == null || place.inode() != LogFiles.REAL.inode(path) || place.offset() > size) {
        return size;
      }
      return size - place.offset();
    } catch (IOException e) {
      return 0; // no file, nothing to read
    }
  }

  @Override
  public void close() {
    stopping.countDown();
    try {
      thread.join(5_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
