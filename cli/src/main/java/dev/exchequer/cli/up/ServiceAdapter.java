package dev.exchequer.cli.up;

import dev.exchequer.server.AccountingService;
import dev.exchequer.server.ServiceSettings;
import java.util.concurrent.CountDownLatch;

/** The accounting service of this build, as a process of its own. */
final class ServiceAdapter {
  /** Serves until the process is asked to end (SIGTERM), then stops cleanly and returns. */
  void run(ServiceSettings service) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("stop")
                .unstarted(
                    () -> {
                      asked.countDown();
                      awaitQuietly(closed);
                    }));
    try (AccountingService running = AccountingService.start(service)) {
      asked.await();
    } finally {
      closed.countDown();
    }
  }

  /** The JVM waits for its hooks: it must not end before the ledger is closed. */
  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
