package dev.exchequer.server.store.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Checkpoints in a folder, a file each, named by ledger, time, how many records it had and what was pruned. None is ever replaced. */
public final class CheckpointFolder {
  private static final String PREFIX = "checkpoint-";
  private static final String SUFFIX = ".json";
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final int LEDGER_SHOWN = 8;

  private CheckpointFolder() {}

  /**
   * Writes one; it is on the disk when this returns.
   *
   * @param folder is made if it is not there
   * @return its file; if nothing was committed since the last one, that of the last
   */
  public static Path save(Path folder, CheckpointText text) throws IOException {
    Files.createDirectories(folder);
    Checkpoint checkpoint = text.checkpoint();
    String ledger = checkpoint.ledger().substring(0, Math.min(LEDGER_SHOWN, checkpoint.ledger().length()));
    long records = checkpoint.heads().stream().mapToLong(Checkpoint.Head::number).sum();
    Checkpoint.Pruned pruned = checkpoint.pruned();
    String prunings = pruned == null ? "" : "-p" + pruned.pruning() + "." + pruned.receipts(); // a pruning moves neither records nor ledger time
    Path file = folder.resolve(PREFIX + ledger + "-" + TIME.format(Instant.ofEpochMilli(checkpoint.timeMs())) + "-" + records + prunings + SUFFIX);
    byte[] line = (text + "\n").getBytes(StandardCharsets.UTF_8);
    if (Files.exists(file) && CheckpointText.read(Files.readString(file)).checkpoint().equals(checkpoint)) {
      return file;
    }
    Path next = folder.resolve("." + file.getFileName() + ".new");
    Files.write(next, line);
    try (FileChannel written = FileChannel.open(next, StandardOpenOption.WRITE)) {
      written.force(true);
    }
    Files.move(next, file);
    return file;
  }

  /** All of them, by the names of their files. */
  public static Map<String, CheckpointText> read(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.filter(file -> name(file).startsWith(PREFIX) && name(file).endsWith(SUFFIX)).toList();
    }
    Map<String, CheckpointText> checkpoints = new TreeMap<>();
    for (Path file : files) {
      try {
        checkpoints.put(name(file), CheckpointText.read(Files.readString(file)));
      } catch (IOException e) {
        throw new IOException(file + " cannot be read: " + e.getMessage(), e);
      }
    }
    return checkpoints;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }
}
