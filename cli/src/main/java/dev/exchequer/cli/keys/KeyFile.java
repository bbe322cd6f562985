package dev.exchequer.cli.keys;

import dev.exchequer.cli.admin.CommandFailed;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/** The file of an ApiKey, replaced in one step so that a watching gateway never sees half of it. */
record KeyFile(Path path) {

  /** @throws IllegalArgumentException with what to change, if it is not a file of text */
  String read() {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("--file: there is no " + path, e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("--file: " + path + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new IllegalArgumentException("--file: cannot read " + path + (Files.isDirectory(path) ? ": it is a folder, give the file in it" : ": " + e.getMessage()), e);
    }
  }

  /** Keeps permissions; a link stays a link. */
  void replace(String text) {
    try {
      Path real = path.toRealPath();
      Path next = real.resolveSibling("." + real.getFileName() + ".exchequer-new");
      Files.deleteIfExists(next);
      Files.createFile(next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(next, text.getBytes(StandardCharsets.UTF_8));
      Files.setPosixFilePermissions(next, Files.getPosixFilePermissions(real));
      Files.move(next, real, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new CommandFailed("cannot write " + path + ": " + e.getMessage() + "; nothing was changed", e);
    }
  }
}
