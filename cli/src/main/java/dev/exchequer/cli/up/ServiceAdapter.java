package dev.exchequer.cli.up;

import dev.exchequer.server.AccountingService;
import dev.exchequer.server.ServiceSettings;
import java.util.concurrent.CountDownLatch;

/** The accounting service of this build. */
public final class ServiceAdapter implements ServiceRuntime {
  @Override
  public void run(Settings settings) throws Exception {
    ServiceSettings service =
        new ServiceSettings(
            settings.data(), settings.sockets(), settings.listen(), settings.adminPort(), "local", ServiceSettings.DEFAULT_LEASE_MS, ServiceSettings.DEFAULT_MAX_INBOUND_BYTES);
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
