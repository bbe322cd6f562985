package dev.exchequer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script kubectl-exchequer beside a launcher that tells what it was given. */
final class PluginScriptTest {
  @TempDir Path folder = Path.of("");

  @Test
  void runsTheLauncherBesideItAlsoThroughALink() throws IOException, InterruptedException {
    Path installed = Files.createDirectories(folder.resolve("a folder/exchequer"));
    Files.copy(Path.of(System.getProperty("exchequer.root"), "kubectl-exchequer"), installed.resolve("kubectl-exchequer"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    executable(installed.resolve("exchequer"), "#!/usr/bin/env bash\nprintf '%s|' \"$EXCHEQUER_KUBECTL_PLUGIN\" \"$@\"\n");
    Path link = Files.createSymbolicLink(folder.resolve("kubectl-exchequer"), Path.of("a folder/exchequer/kubectl-exchequer"));

    Process process = new ProcessBuilder(link.toString(), "grant", "wallet", "two words").redirectErrorStream(true).start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("true|grant|wallet|two words|");
    assertThat(process.waitFor()).isZero();
  }

  private static void executable(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
