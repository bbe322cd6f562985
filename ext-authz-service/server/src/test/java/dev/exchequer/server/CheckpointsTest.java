package dev.exchequer.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointsTest {
  @TempDir Path folder;

  @Test
  @Timeout(60)
  void oneThatFailsIsNotTheLast() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch again = new CountDownLatch(4);
    LedgerExport ledger =
        (LedgerExport)
            Proxy.newProxyInstance(
                LedgerExport.class.getClassLoader(), new Class<?>[] {LedgerExport.class},
                (proxy, method, arguments) -> {
                  again.countDown();
                  switch (asked.getAndIncrement()) {
                    case 0 -> throw new LedgerUnavailable("the disk hangs");
                    case 1 -> throw new IllegalStateException("nobody thought of this");
                    default -> {
                      return new Checkpoint("0198aaaa-0000-7000-8000-000000000001", 1_000, List.of(), List.of(), null);
                    }
                  }
                });

    try (Checkpoints checkpoints = Checkpoints.start(new Checkpoints.Plan(folder, null, Duration.ofMillis(1)), ledger)) {
      again.await();
      assertThat(checkpoints).isNotNull();
    }

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.toList()).hasSize(1);
    }
  }
}
