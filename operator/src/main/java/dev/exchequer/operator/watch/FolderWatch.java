package dev.exchequer.operator.watch;

import dev.exchequer.operator.model.Reading;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls back with a new reading when a folder's content changed and has settled (two looks in a row saw the same bytes). It looks instead of listening:
 * editors that write and rename, symbolic links and mounted folders all come out the same way.
 */
public final class FolderWatch implements AutoCloseable {
  public static final Duration INTERVAL = Duration.ofMillis(250);
  private static final Logger LOG = LoggerFactory.getLogger(FolderWatch.class);

  private final Path folder;
  private final Consumer<Reading> onChange;
  private final Thread thread;
  private String told;
  private @Nullable String lastSeen;
  private boolean gone;

  private FolderWatch(Path folder, String told, Consumer<Reading> onChange) {
    this.folder = folder;
    this.told = told;
    this.onChange = onChange;
    this.thread = Thread.ofPlatform().daemon().name("folder-watch").unstarted(this::run);
  }

  /** @param last the reading that the caller already has: only later changes are told, on the watch's own thread */
  public static FolderWatch start(Path folder, Reading last, Consumer<Reading> onChange) {
    FolderWatch watch = new FolderWatch(folder, last.digest(), onChange);
    watch.thread.start();
    return watch;
  }

  /** For tests: a watch that looks only when it is told to. */
  static FolderWatch still(Path folder, Reading last, Consumer<Reading> onChange) {
    return new FolderWatch(folder, last.digest(), onChange);
  }

  /** One look. A folder that is gone for a moment changes nothing. */
  void look() {
    FolderFiles files;
    try {
      files = FolderFiles.of(folder);
    } catch (IOException e) {
      if (!gone) {
        LOG.warn("cannot read the configuration, what was read last stays in force: {}", e.getMessage());
      }
      gone = true;
      return;
    }
    gone = false;
    String digest = files.digest();
    boolean settled = digest.equals(lastSeen);
    lastSeen = digest;
    if (settled && !digest.equals(told)) {
      told = digest;
      onChange.accept(FolderReader.read(files));
    }
  }

  private void run() {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        Thread.sleep(INTERVAL.toMillis());
        look();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("a change of {} was not taken", folder, e);
      }
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
