package dev.exchequer.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the journal's folder can be written, tried every two seconds: while it cannot, nothing is admitted, because its evidence would be lost. */
public final class JournalHealth implements BooleanSupplier, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JournalHealth.class);
  private static final long LEAST_SPACE = 64L << 20;
  private static final long EVERY_MS = 2_000;

  private final Path folder;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;
  /** Why not, in words; empty while it can be written. */
  private volatile String trouble;

  public JournalHealth(Path folder) {
    this.folder = folder;
    this.trouble = check();
    this.thread = Thread.ofPlatform().name("journal-health").daemon().start(this::run);
  }

  @Override
  public boolean getAsBoolean() {
    return trouble.isEmpty();
  }

  /** Why nothing is admitted, with what to change; empty while it is. */
  public Optional<String> trouble() {
    return Optional.of(trouble).filter(why -> !why.isEmpty());
  }

  private void run() {
    try {
      while (!stopping.await(EVERY_MS, TimeUnit.MILLISECONDS)) {
        String now = check();
        if (now.isEmpty() != trouble.isEmpty()) {
          LOG.warn(now.isEmpty() ? "the journal can be written again: admitting" : "{}", now);
        }
        trouble = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private String check() {
    try {
      Files.createDirectories(folder);
      long free = Files.getFileStore(folder).getUsableSpace();
      if (free < LEAST_SPACE) {
        return "the disk of " + folder + " has " + (free >> 20) + " MiB left, and the journal and the ledger need " + (LEAST_SPACE >> 20) + ": nothing is admitted until there is room";
      }
      Path probe = folder.resolve(".probe");
      try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
        channel.write(ByteBuffer.wrap(new byte[] {1}));
        channel.force(false);
      }
      return "";
    } catch (IOException e) {
      return "the journal cannot be written in " + folder + " (" + e + "): nothing is admitted until it can";
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
