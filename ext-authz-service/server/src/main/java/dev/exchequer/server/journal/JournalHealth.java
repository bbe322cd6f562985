package dev.exchequer.server.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private volatile boolean writable;

  public JournalHealth(Path folder) {
    this.folder = folder;
    this.writable = check();
    this.thread = Thread.ofPlatform().name("journal-health").daemon().start(this::run);
  }

  @Override
  public boolean getAsBoolean() {
    return writable;
  }

  private void run() {
    try {
      while (!stopping.await(EVERY_MS, TimeUnit.MILLISECONDS)) {
        boolean now = check();
        if (now != writable) {
          LOG.warn(now ? "the journal can be written again: admitting" : "the journal cannot be written in {}: nothing is admitted", folder);
        }
        writable = now;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean check() {
    try {
      Files.createDirectories(folder);
      if (Files.getFileStore(folder).getUsableSpace() < LEAST_SPACE) {
        return false;
      }
      Path probe = folder.resolve(".probe");
      try (FileChannel channel = FileChannel.open(probe, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
        channel.write(ByteBuffer.wrap(new byte[] {1}));
        channel.force(false);
      }
      return true;
    } catch (IOException e) {
      return false;
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
