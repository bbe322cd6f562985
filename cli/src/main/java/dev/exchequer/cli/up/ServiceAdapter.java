package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.AccountingService;
import dev.exchequer.server.ServiceSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounting service of this build, as a process of its own. */
final class ServiceAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceAdapter.class);

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
    try (AccountingService running = started(service)) {
      asked.await();
    } finally {
      closed.countDown();
    }
  }

  /** What keeps it from starting says itself what to change; where that was thrown is for the log. */
  private static AccountingService started(ServiceSettings service) {
    try {
      return AccountingService.start(service);
    } catch (IOException e) {
      throw refused(e, CommandFailed.because(e));
    } catch (UncheckedIOException e) {
      throw refused(e, CommandFailed.because(e.getCause() instanceof IOException cause ? cause : new IOException(e)));
    } catch (IllegalStateException e) {
      throw refused(e, new CommandFailed(String.valueOf(e.getMessage()), e));
    }
  }

  private static CommandFailed refused(Exception where, CommandFailed told) {
    LOG.error("the service cannot start", where);
    return told;
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
