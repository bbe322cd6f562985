package dev.exchequer.server.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lines that could not be read, kept for a person to look at; at most 16 MiB of them. */
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final long LARGEST = 16L << 20;

  private final Path file;

  Quarantine(Path file) {
    this.file = file;
  }

  void add(byte[] line) {
    try {
      if (!Files.exists(file) || Files.size(file) < LARGEST) {
        byte[] whole = java.util.Arrays.copyOf(line, line.length + 1);
        whole[line.length] = '\n';
        Files.write(file, whole, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      LOG.warn("a journal line could not be kept aside: {}", e.toString());
    }
  }
}
