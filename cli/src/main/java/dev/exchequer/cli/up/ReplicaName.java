package dev.exchequer.cli.up;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;

/** Who a gateway is to the database that it shares: its node's name, and where that says nothing (`local`) a name that is made once for its data folder. */
final class ReplicaName {
  private static final String LOCAL = "local";

  private ReplicaName() {}

  static String of(String node, Path data) {
    return node.equals(LOCAL) ? LOCAL + "-" + ofFolder(data) : node;
  }

  private static String ofFolder(Path data) {
    Path file = data.resolve("replica");
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(data);
        Path next = data.resolve(".replica.new");
        Files.writeString(next, UUID.randomUUID() + "\n");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
