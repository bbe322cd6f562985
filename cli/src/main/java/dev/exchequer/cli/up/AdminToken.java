package dev.exchequer.cli.up;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HexFormat;
import java.util.random.RandomGenerator;

/** DATA/admin.token: made once, readable by its owner only. */
final class AdminToken {
  private static final int BYTES = 32;

  private AdminToken() {}

  /** @return the token, made now if there was none */
  static String ensure(Path data, RandomGenerator random) throws IOException {
    Path file = data.resolve("admin.token");
    if (Files.exists(file)) {
      return Files.readString(file).strip();
    }
    byte[] bytes = new byte[BYTES];
    random.nextBytes(bytes);
    String token = "exqadmin-" + HexFormat.of().formatHex(bytes);
    Path next = data.resolve(".admin.token.new");
    Files.deleteIfExists(next);
    Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(next, token + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    return token;
  }
}
