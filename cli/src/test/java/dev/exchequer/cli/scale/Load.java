package dev.exchequer.cli.scale;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that ask one after the other, for as long as it is open, on routes that stay. */
final class Load implements AutoCloseable {
  private final AtomicLong asked = new AtomicLong();
  private final Queue<String> failed = new ConcurrentLinkedQueue<>();
  private final ExecutorService clients;
  private volatile boolean ends;

  private Load(Processes gateway, List<String> models, int number) {
    this.clients = Executors.newFixedThreadPool(number);
    for (int i = 0; i < number; i++) {
      int first = i;
      clients.execute(() -> run(gateway, models, first));
    }
  }

  static Load start(Processes gateway, List<String> models, int clients) {
    return new Load(gateway, models, clients);
  }

  private void run(Processes gateway, List<String> models, int first) {
    for (int i = first; !ends; i++) {
      String model = models.get(i % models.size());
      Processes.Answer answer = gateway.ask(model);
      asked.incrementAndGet();
      if (answer.status() != 200) {
        failed.add(model + ": " + answer.status() + " " + answer.body());
      }
    }
  }

  long asked() {
    return asked.get();
  }

  List<String> failed() {
    return List.copyOf(failed);
  }

  /** Waits until this many more were answered. */
  void more(long requests) {
    long until = asked() + requests;
    Until.so(requests + " more requests", () -> asked() >= until);
  }

  /** The last answers are waited for. */
  @Override
  public void close() throws InterruptedException {
    ends = true;
    clients.shutdown();
    if (!clients.awaitTermination(60, TimeUnit.SECONDS)) {
      throw new AssertionError("a request hangs");
    }
  }
}
