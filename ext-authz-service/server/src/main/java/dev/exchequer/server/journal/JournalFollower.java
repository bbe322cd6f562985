package dev.exchequer.server.journal;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Provider;
import dev.exchequer.server.store.LedgerLane;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies the lines of one journal file in order, each with the place after it, and waits until they are durable. {@link JournalTailer} gives it a thread and a
 * file.
 */
public final class JournalFollower {
  private static final Logger LOG = LoggerFactory.getLogger(JournalFollower.class);
  /** Lines that wait for their commit at once. */
  private static final int MOST_IN_FLIGHT = 512;

  /** How the one who follows waits. */
  public interface Waits {
    /** False = it is to stop. */
    boolean going();

    /** Until it is given, well or not. */
    void until(CompletableFuture<Result> answer);

    /** A while, before a ledger that cannot commit is asked again. */
    void beforeAnother() throws InterruptedException;
  }

  @SuppressWarnings("ArrayRecordComponent") // nobody compares two lines
  private record Line(byte[] bytes, JournalPosition after, JournalEvent event) {}

  private final List<Line> flight = new ArrayList<>();
  private final JournalFile file;
  private final boolean hops;
  private final Consumer<byte[]> quarantine;
  private final Function<HoldId, Optional<Provider>> providers;
  private final JournalTailer.Applier applier;
  private final JournalTailer.Observer observer;
  private final Waits waits;
  private volatile @Nullable JournalPosition landed;

  /**
   * @param from as of the file: where the ledger has read to
   * @param hops the file has hops, else whole requests
   * @param quarantine takes lines that cannot be read or applied
   */
  JournalFollower(
      JournalFile file, @Nullable JournalPosition from, boolean hops, Consumer<byte[]> quarantine, Function<HoldId, Optional<Provider>> providers, JournalTailer.Applier applier,
      JournalTailer.Observer observer, Waits waits) {
    this.file = file;
    this.landed = from;
    this.hops = hops;
    this.quarantine = quarantine;
    this.providers = providers;
    this.applier = applier;
    this.observer = observer;
    this.waits = waits;
  }

  /** Everything that is there now. */
  void follow() throws IOException, InterruptedException {
    boolean more = true;
    while (more && waits.going()) {
      more = file.read(this::take);
      land();
    }
  }

  /** The place after the last line that is durable. */
  @Nullable JournalPosition landed() {
    return landed;
  }

  private void take(byte[] line, JournalPosition after) throws InterruptedException {
    JournalEvent event = new JournalEvent.Nothing();
    if (line.length <= JournalFile.LONGEST_LINE) {
      try {
        event = JournalLine.read(line, hops, providers);
        observer.line(after.file());
      } catch (IOException | RuntimeException unreadable) {
        keepAside(line, after);
        event = JournalLine.afterBreak(line, hops, providers).orElse(event);
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
    if (!flight.isEmpty() && waits.going()) {
      landed = flight.getLast().after;
    }
    flight.clear();
  }

  private CompletableFuture<Result> submit(JournalPosition after, JournalEvent event) {
    try {
      return applier.apply(after, event);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private boolean failed(CompletableFuture<Result> answer) {
    waits.until(answer);
    return answer.isCompletedExceptionally();
  }

  private void keepAside(byte[] line, JournalPosition after) {
    observer.quarantined(after.file());
    quarantine.accept(line);
  }

  /** Waits until the line's effect is durable. A ledger that cannot commit now is asked again; a line that it cannot decide is kept aside. */
  private void durable(JournalPosition after, JournalEvent event, byte[] line) throws InterruptedException {
    JournalEvent now = event;
    while (waits.going()) {
      try {
        CompletableFuture<Result> answer = submit(after, now);
        waits.until(answer);
        answer.join();
        return;
      } catch (RuntimeException e) {
        Throwable cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
        boolean undecided = cause instanceof LedgerLane.LedgerUnavailable;
        if (!undecided) {
          LOG.error("a journal line that cannot be applied", cause);
        }
        if (undecided || now instanceof JournalEvent.Nothing) {
          waits.beforeAnother();
        } else {
          keepAside(line, after);
          now = new JournalEvent.Nothing();
        }
      }
    }
  }
}
