package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTokenTest {
  @TempDir Path data = Path.of("");

  @Test
  void madeOnceAndReadByItsOwnerOnly() throws Exception {
    Path file = data.resolve("admin.token");
    FileToken.readOrCreate(file);
    String token = Files.readString(file).strip();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    Tokens again = FileToken.readOrCreate(file);
    assertThat(again.authenticate(token)).hasValue(new Tokens.Actor("local", Tokens.Role.TREASURER));
    assertThat(again.authenticate(token + "x")).isEmpty();
    assertThat(again.authenticate("")).isEmpty();
  }

  @Test
  void anEmptyFileIsNoSecret() throws Exception {
    Path file = Files.writeString(data.resolve("admin.token"), "\n");
    assertThatThrownBy(() -> FileToken.readOrCreate(file)).isInstanceOf(IOException.class).hasMessageContaining("delete it");
  }
}
