package dev.exchequer.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.server.admin.Tokens.Actor;
import dev.exchequer.server.admin.Tokens.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamedTokensTest {
  @TempDir Path data = Path.of("");
  private Path folder = Path.of("");
  private NamedTokens tokens = new NamedTokens(Path.of(""), "local");

  @BeforeEach
  void folder() throws IOException {
    folder = Files.createDirectories(data.resolve("tokens"));
    tokens = new NamedTokens(folder, "local");
  }

  private static String sha256(String token) {
    return HexFormat.of().formatHex(FileToken.sha256(token));
  }

  private void write(String name, String role, String token) throws IOException {
    Files.writeString(folder.resolve(name), "role: " + role + "\nsha256: " + sha256(token) + "\n");
  }

  @Test
  void nameAndRoleOfTheFile() throws Exception {
    write("jane", "viewer", "a");
    Files.writeString(folder.resolve("billing-job"), "# made 2026-11-24\n\n sha256:" + sha256("b") + "\nrole:treasurer");
    assertThat(tokens.authenticate("a")).hasValue(new Actor("jane", Role.VIEWER));
    assertThat(tokens.authenticate("b")).hasValue(new Actor("billing-job", Role.TREASURER));
    assertThat(tokens.authenticate("c")).isEmpty();
    assertThat(tokens.authenticate("")).isEmpty();
    assertThat(tokens.authenticate(sha256("a"))).as("the digest is not the token").isEmpty();
    assertThat(tokens.problems()).isEmpty();
  }

  @Test
  void aChangeCountsAtOnce() throws Exception {
    write("jane", "viewer", "a");
    assertThat(tokens.authenticate("a")).hasValue(new Actor("jane", Role.VIEWER));
    write("jane", "operator", "a");
    assertThat(tokens.authenticate("a")).hasValue(new Actor("jane", Role.OPERATOR));
    write("jane", "operator", "b");
    assertThat(tokens.authenticate("a")).isEmpty();
    Files.delete(folder.resolve("jane"));
    assertThat(tokens.authenticate("b")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "role: boss\\nsha256: @ | line 1: role must be viewer, operator or treasurer",
        "role: viewer\\nsha256: secret | line 2: sha256 must be 64 hex digits",
        "role: viewer\\n\\nuser: jane\\nsha256: @ | line 3: expected role",
        "role: viewer\\nrole: treasurer\\nsha256: @ | line 2: stands twice",
        "role viewer | line 1: expected role",
        "role: viewer | line 2: sha256: with",
        "sha256: @ | line 2: role: viewer"
      })
  void aBadFileNamesItsLineAndTheOthersKeepWorking(String text, String problem) throws Exception {
    write("good", "viewer", "g");
    Files.writeString(folder.resolve("bad"), text.strip().replace("\\n", "\n").replace("@", sha256("x")));
    assertThat(tokens.problems()).singleElement().satisfies(told -> assertThat(told).contains("bad").contains(problem).doesNotContain("secret"));
    assertThat(tokens.authenticate("x")).isEmpty();
    assertThat(tokens.authenticate("g")).hasValue(new Actor("good", Role.VIEWER));
  }

  @Test
  void filesThatAreNoTokens() throws Exception {
    write("local", "viewer", "a");
    write("two words", "viewer", "b");
    write("one", "viewer", "c");
    write("same", "treasurer", "c");
    write(".hidden", "treasurer", "d");
    write("jane~", "treasurer", "e");
    Files.createDirectory(folder.resolve("sub"));
    Files.writeString(folder.resolve("big"), "#".repeat(5000));
    Files.write(folder.resolve("bytes"), new byte[] {(byte) 0xff, (byte) 0xfe});
    assertThat(tokens.problems()).hasSize(6).anyMatch(told -> told.contains("local: the name local")).anyMatch(told -> told.contains("same: another file has the same"));
    assertThat(tokens.authenticate("c")).hasValue(new Actor("one", Role.VIEWER));
    for (String token : new String[] {"a", "b", "d", "e"}) {
      assertThat(tokens.authenticate(token)).as(token).isEmpty();
    }
  }

  @Test
  void besideAdminToken() throws Exception {
    Tokens all = FileToken.readOrCreate(data.resolve("admin.token"));
    write("jane", "viewer", "a");
    assertThat(all.authenticate("a")).hasValue(new Actor("jane", Role.VIEWER));
    assertThat(all.authenticate(Files.readString(data.resolve("admin.token")).strip())).hasValue(new Actor("local", Role.TREASURER));
  }

  @Test
  void noFolder() throws Exception {
    assertThat(new NamedTokens(data.resolve("none"), "local").authenticate("a")).isEmpty();
    assertThat(new NamedTokens(data.resolve("none"), "local").problems()).isEmpty();
  }
}
