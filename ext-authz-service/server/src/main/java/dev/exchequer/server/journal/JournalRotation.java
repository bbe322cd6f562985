package dev.exchequer.server.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a journal file small: renames it to `.1` and asks Envoy to open a new one. Called by the thread that reads the file, when it has read all of it; what
 * Envoy still writes to the renamed file is read before the new one.
 */
public final class JournalRotation {
  public static final long LARGEST = 256L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(JournalRotation.class);

  /** Asks Envoy to reopen its log files. */
  public interface Reopen {
    void run() throws IOException;
  }

  private final Path file;
  private final long largest;
  private final Reopen reopen;
  private boolean waiting;

  /** @param largest bytes above which the file is rotated */
  public JournalRotation(Path file, long largest, Reopen reopen) {
    this.file = file;
    this.largest = largest;
    this.reopen = reopen;
  }

  /** Everything that is in the file was applied. */
  void atEnd() throws IOException {
    if (waiting && Files.exists(file)) {
      waiting = false;
    }
    if (!waiting) {
      if (!Files.exists(file) || Files.size(file) <= largest) {
        return;
      }
      Files.move(file, file.resolveSibling(file.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
      waiting = true;
    }
    try {
      reopen.run();
    } catch (IOException e) {
      LOG.warn("Envoy was not asked to open a new {}: {}", file.getFileName(), e.toString());
    }
  }
}
