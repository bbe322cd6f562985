package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What was started, newest first. Main thread and shutdown hook meet here. */
final class Started {
  private final Deque<AutoCloseable> newestFirst = new ArrayDeque<>();
  private boolean closed;

  /** @throws CommandFailed when the process was asked to end meanwhile; {@code resource} is closed then */
  synchronized <T extends AutoCloseable> T add(T resource) {
    if (closed) {
      try {
        resource.close();
      } catch (Exception e) {
        throw new CommandFailed("stopped while starting", e);
      }
      throw new CommandFailed("stopped while starting");
    }
    newestFirst.push(resource);
    return resource;
  }

  /** @return false when it was closed before */
  synchronized boolean close(Consumer<Exception> problems) {
    boolean first = !closed;
    closed = true;
    while (!newestFirst.isEmpty()) {
      try {
        newestFirst.pop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        problems.accept(e);
      } catch (Exception e) {
        problems.accept(e);
      }
    }
    return first;
  }
}
