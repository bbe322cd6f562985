package dev.exchequer.cli.up;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of the Unix sockets. Not in DATA: the path of a socket ends at 107 bytes (sun_path of unix(7)), and a clone in a deep folder would go over it.
 */
final class Sockets implements AutoCloseable {
  /** Leaves room for the name of a socket, of a temporary one too. */
  static final int MAX_LENGTH = 60;

  private static final int RANDOM_BYTES = 5;
  private static final int TRIES = 10;

  private final Path path;

  private Sockets(Path path) {
    this.path = path;
  }

  /**
   * @param runtimeDir XDG_RUNTIME_DIR, where it is set
   * @param otherwise /tmp
   */
  static Sockets make(@Nullable String runtimeDir, Path otherwise, RandomGenerator random) throws IOException {
    List<Path> bases = new ArrayList<>();
    if (runtimeDir != null && !runtimeDir.isBlank() && Files.isWritable(Path.of(runtimeDir))) {
      bases.add(Path.of(runtimeDir).toAbsolutePath());
    }
    bases.add(otherwise.toAbsolutePath());
    for (Path base : bases) {
      for (int i = 0; i < TRIES; i++) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        Path folder = base.resolve("exq-" + HexFormat.of().formatHex(bytes));
        if (folder.toString().length() > MAX_LENGTH) {
          break;
        }
        try {
          Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
          return new Sockets(folder);
        } catch (FileAlreadyExistsException e) {
          continue;
        }
      }
    }
    throw new IOException("no folder of at most " + MAX_LENGTH + " characters for the sockets under " + bases);
  }

  /** Removes what an `up` that was killed left behind. */
  static void removeLeftOver(Path note) throws IOException {
    if (!Files.exists(note)) {
      return;
    }
    Path left = Path.of(Files.readString(note).strip());
    if (left.getFileName() != null && left.getFileName().toString().startsWith("exq-") && Files.isDirectory(left)) {
      new Sockets(left).close();
    }
  }

  Path path() {
    return path;
  }

  Path socket(String name) {
    return path.resolve(name + ".sock");
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(path);
  }
}
