package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketsTest {
  @TempDir Path temp = Path.of("");

  @Test
  void theFolderIsShortAndPrivateEvenWhereTheRuntimeFolderIsDeep() throws IOException {
    Path deep = Files.createDirectories(temp.resolve("x".repeat(60)));
    try (Sockets sockets = Sockets.make(deep.toString(), Path.of("/tmp"), new Random())) {
      assertThat(sockets.path()).hasParent(Path.of("/tmp"));
      assertThat(sockets.path().toString().length()).isLessThanOrEqualTo(Sockets.MAX_LENGTH);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sockets.path()))).isEqualTo("rwx------");
    }
  }

  @Test
  void theRuntimeFolderIsPreferredWhenItIsThere() throws IOException {
    Path runtime = Files.createTempDirectory(Path.of("/tmp"), "rt");
    try (Sockets sockets = Sockets.make(runtime.toString(), Path.of("/tmp"), new Random())) {
      assertThat(sockets.path()).hasParent(runtime);
    }
    Files.delete(runtime);
    try (Sockets sockets = Sockets.make("/nowhere", Path.of("/tmp"), new Random())) {
      assertThat(sockets.path()).hasParent(Path.of("/tmp"));
    }
  }

  @Test
  void nothingIsLeftBehind() throws IOException {
    Sockets sockets = Sockets.make(null, Path.of("/tmp"), new Random());
    Files.createFile(sockets.socket("admit"));
    Path note = Files.writeString(temp.resolve("sockets"), sockets.path() + "\n");
    Sockets.removeLeftOver(note);
    assertThat(sockets.path()).doesNotExist();
    Sockets.removeLeftOver(note);
    Path stranger = Files.createDirectories(temp.resolve("stranger"));
    Sockets.removeLeftOver(Files.writeString(note, stranger + "\n"));
    assertThat(stranger).exists();
  }
}
