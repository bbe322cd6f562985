package dev.exchequer.server.store;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** Has things made by a thread of its own, and takes them on the caller's thread in the same order while later ones are made. Nothing is left of it when the call ends, however it ends. */
final class MadeAhead<T> implements AutoCloseable {
  /** So many are handed over at once. */
  private static final int PORTION = 32;

  private final ExecutorService maker;

  MadeAhead(String thread) {
    this.maker = Executors.newSingleThreadExecutor(Thread.ofPlatform().name(thread).daemon().factory());
  }

  interface Making<T> {
    void into(Consumer<T> each);
  }

  interface Taking<T> {
    void take(T each) throws SQLException;
  }

  /**
   * Takes all of them.
   *
   * @param ahead false = they are made on the caller's thread, all before the first is taken
   * @throws SQLException of the taking; whatever the making threw is thrown after what was made before it was taken
   */
  void each(Making<T> making, Taking<T> taking, boolean ahead) throws SQLException {
    if (!ahead) {
      List<T> all = new ArrayList<>();
      making.into(all::add);
      for (T each : all) {
        taking.take(each);
      }
      return;
    }
    BlockingQueue<List<T>> portions = new LinkedBlockingQueue<>();
    Future<?> made = maker.submit(() -> make(making, portions));
    try {
      for (List<T> portion = portions.take(); !portion.isEmpty(); portion = portions.take()) {
        for (T each : portion) {
          taking.take(each);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } finally {
      ended(made);
    }
  }

  /** An empty portion is the end. */
  private static <T> void make(Making<T> making, BlockingQueue<List<T>> portions) {
    List<T> last = new ArrayList<>(PORTION);
    List<List<T>> open = new ArrayList<>(List.of(last));
    try {
      making.into(
          each -> {
            List<T> portion = open.getFirst();
            portion.add(each);
            if (portion.size() == PORTION) {
              portions.add(portion);
              open.set(0, new ArrayList<>(PORTION));
            }
          });
    } finally {
      if (!open.getFirst().isEmpty()) {
        portions.add(open.getFirst());
      }
      portions.add(List.of());
    }
  }

  /** Waits for its end, so that the next call finds the thread free and sees what this one made. */
  private static void ended(Future<?> made) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          made.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        } catch (ExecutionException e) {
          throw e.getCause() instanceof RuntimeException bug ? bug : new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    maker.shutdownNow();
  }
}
