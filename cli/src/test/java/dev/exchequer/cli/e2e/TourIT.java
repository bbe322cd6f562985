package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Types the README's commands, in order, against what was built, and compares all that they print. What differs by nature (ids, times, paths, ports) is put
 * in a common form on both sides. {@code -Dtour.update=true} writes what was printed into the README, and then fails the run.
 */
class TourIT {
  private static final Path ROOT = Path.of(System.getProperty("exchequer.root"));
  private static final Pattern BLOCK = Pattern.compile("```console\\n(.*?)```", Pattern.DOTALL);

  @Test
  void everyCommandPrintsWhatTheReadmeSays() throws Exception {
    Path home = Files.createTempDirectory("exq-tour");
    Path readme = ROOT.resolve("README.md");
    String before = Files.readString(readme);
    UpProcess up = UpProcess.start(null, home.resolve("data"));
    String after;
    try {
      up.awaitReady();
      Await.until("the first screen", () -> up.printed().contains("Ctrl-C"));
      Tour tour = new Tour(up, script(home));
      Matcher blocks = BLOCK.matcher(before);
      StringBuilder walked = new StringBuilder();
      while (blocks.find()) {
        blocks.appendReplacement(walked, Matcher.quoteReplacement("```console\n" + tour.block(blocks.group(1)) + "```"));
      }
      blocks.appendTail(walked);
      after = walked.toString();
    } finally {
      up.stop();
    }
    if (Boolean.getBoolean("tour.update")) {
      Files.writeString(readme, after);
    }
    assertThat(common(after)).isEqualTo(common(before));
  }

  /** The launcher's place is taken by the classes under test. */
  private static Path script(Path home) throws IOException {
    Path script = home.resolve("exchequer");
    String java = Path.of(System.getProperty("java.home"), "bin/java").toString();
    Files.writeString(
        script,
        "#!/bin/sh\nexec '" + java + "' -XX:TieredStopAtLevel=1 --enable-native-access=ALL-UNNAMED -cp '" + System.getProperty("java.class.path") + "' '-Dexchequer.root=" + ROOT
            + "' dev.exchequer.cli.Main \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return script;
  }

  private record Tour(UpProcess up, Path script) {
    String block(String text) throws Exception {
      List<String> commands = new ArrayList<>();
      text.lines().filter(line -> line.startsWith("$ ")).forEach(line -> commands.add(line.substring(2)));
      StringBuilder out = new StringBuilder();
      for (String command : commands) {
        out.append("$ ").append(command).append('\n');
        String printed = command.equals("./exchequer up") ? up.printed().strip() : run(command);
        out.append(asInReadme(printed.stripTrailing())).append('\n');
      }
      return out.toString();
    }

    private String run(String command) throws Exception {
      String here = command.replace("http://127.0.0.1:8080", up.endpoint());
      if (here.startsWith("./exchequer ")) {
        boolean local = here.contains(" check ") || here.contains(" keys ");
        here = "'" + script + "' " + here.substring("./exchequer ".length()) + (local ? "" : " --data '" + up.data() + "'");
      }
      Process process = new ProcessBuilder("bash", "-c", here).directory(ROOT.toFile()).redirectErrorStream(true).start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(command).isTrue();
      return printed.replace("\r", "");
    }

    private String asInReadme(String printed) {
      return printed
          .replace(" --data " + up.data(), "")
          .replace(up.data().toString(), ".exchequer")
          .replace(up.endpoint(), "http://127.0.0.1:8080")
          .replace("127.0.0.1:" + up.adminPort(), "127.0.0.1:9090")
          .replaceAll("(mock +http://127\\.0\\.0\\.1:)\\d+", "$19100")
          .replace(ROOT.resolve("examples/quickstart").toString(), "examples/quickstart");
    }
  }

  /** Ids, times, durations and secrets in one form, so that two runs can be compared. */
  private static String common(String text) {
    return text
        .replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID")
        .replaceAll("20\\d\\d-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME")
        .replaceAll("\\d+(\\.\\d+)? (ms|s)\\b", "DURATION")
        .replaceAll("sha256: \"?[0-9a-f]{64}\"?", "sha256: DIGEST")
        .replaceAll("exq-[A-Za-z0-9_-]{40,}", "KEY")
        .replaceAll("mock-\\d+", "mock-N");
  }
}
