package dev.exchequer.server.journal;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Provider;
import dev.exchequer.server.store.LedgerLane;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

  /** Lines that wait for their commit at once. */
  private static final int MOST_IN_FLIGHT = 512;

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two lines
  private record Line(byte[] bytes, JournalPosition after, JournalEvent event) {}

  private final List<Line> flight = new ArrayList<>();
  private final JournalFile file;
  private final boolean hops;
  private final Quarantine quarantine;
  private final Function<HoldId, Optional<Provider>> providers;
  private final Applier applier;
  private final Observer observer;
  private final JournalRotation rotation;
  private final Path path;
  private volatile @Nullable JournalPosition landed;
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
    this.landed = from;
    this.file = new JournalFile(path, from);
    this.hops = hops;
    this.quarantine = new Quarantine(path.resolveSibling("quarantine.jsonl"));
    this.providers = providers;
    this.applier = applier;
    this.observer = observer;
    this.rotation = rotation;
    this.thread = Thread.ofPlatform().name("journal-" + path.getFileName()).daemon().start(this::run);
  }

  private void run() {
    try {
      do {
        try {
          boolean more = true;
          while (more && stopping.getCount() > 0) {
            more = file.read(this::take);
            land();
          }
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

  private void take(byte[] line, JournalPosition after) throws InterruptedException {
    JournalEvent event = new JournalEvent.Nothing();
    if (line.length <= JournalFile.LONGEST_LINE) {
      try {
        event = JournalLine.read(line, hops, providers);
        observer.line(after.file());
      } catch (IOException | RuntimeException unreadable) {
        keepAside(line, after);
      }
    } else {
      keepAside(Arrays.copyOf(line, JournalFile.LONGEST_LINE), after);
    }
    flight.add(new Line(line, after, event));
    if (flight.size() == MOST_IN_FLIGHT) {
      land();
    }
  }

  /**
   * Waits until every line in flight is durable; many share a commit. From the first that failed on they are applied again, one by one and in order: what had
   * come after it is applied twice, which the ledger does not mind.
   */
  private void land() throws InterruptedException {
    List<CompletableFuture<Result>> answers = new ArrayList<>(flight.size());
    for (Line line : flight) {
      answers.add(submit(line.after, line.event));
    }
    int failed = flight.size();
    for (int i = flight.size() - 1; i >= 0; i--) {
      if (failed(answers.get(i))) {
        failed = i;
      }
    }
    for (Line line : flight.subList(failed, flight.size())) {
      durable(line.after, line.event, line.bytes);
    }
    if (!flight.isEmpty() && stopping.getCount() > 0) {
      landed = flight.getLast().after;
    }
    flight.clear();
  }

  /** Bytes of the file under the name that are not yet durable in the ledger. A torn last line counts; of a file that was rotated away nothing does. */
  public long behindBytes() {
    JournalPosition place = landed;
    try {
      long size = Files.size(path);
      if (place == null || place.inode() != JournalFile.inode(path) || place.offset() > size) {
        return size;
      }
      return size - place.offset();
    } catch (IOException e) {
      return 0; // no file, nothing to read
    }
  }

  private CompletableFuture<Result> submit(JournalPosition after, JournalEvent event) {
    try {
      return applier.apply(after, event);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static boolean failed(CompletableFuture<Result> answer) {
    try {
      answer.join();
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }

  private void keepAside(byte[] line, JournalPosition after) {
    observer.quarantined(after.file());
    quarantine.add(line);
  }

  /** Waits until the line's effect is durable. A ledger that cannot commit now is asked again; a line that it cannot decide is kept aside. */
  private void durable(JournalPosition after, JournalEvent event, byte[] line) throws InterruptedException {
    JournalEvent now = event;
    while (stopping.getCount() > 0) {
      try {
        submit(after, now).join();
        return;
      } catch (RuntimeException e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        boolean undecided = cause instanceof LedgerLane.LedgerUnavailable;
        if (!undecided) {
          LOG.error("a journal line that cannot be applied", cause);
        }
        if (undecided || now instanceof JournalEvent.Nothing) {
          stopping.await(RETRY_MS, TimeUnit.MILLISECONDS);
        } else {
          keepAside(line, after);
          now = new JournalEvent.Nothing();
        }
      }
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
