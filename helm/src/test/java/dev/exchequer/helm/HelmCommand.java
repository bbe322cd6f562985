package dev.exchequer.helm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The command {@code helm}, as people run it, for what the Helm library of the tests has no call for. It is the one of dev/kube/build-helm.sh, which is run first
 * where it is missing; EXCHEQUER_HELM names another (Helm 3).
 */
final class HelmCommand {
  private static final long LONGEST_MINUTES = 3;
  private static final long BUILD_MINUTES = 20;

  private final String program;
  private final Path home;

  private HelmCommand(String program, Path home) {
    this.program = program;
    this.home = home;
  }

  /** @param kubeconfig of who runs it */
  static HelmCommand of(String kubeconfig, Path folder) throws IOException, InterruptedException {
    Path home = Files.createTempDirectory(folder, "helm");
    Files.writeString(home.resolve("kubeconfig"), kubeconfig);
    String given = System.getenv().getOrDefault("EXCHEQUER_HELM", "");
    return new HelmCommand(given.isEmpty() ? built(home) : given, home);
  }

  private static String built(Path home) throws IOException, InterruptedException {
    String script = Chart.ROOT.resolve("dev/kube/build-helm.sh").toString();
    Path log = home.resolve("build.log");
    String out = output(new ProcessBuilder(script).redirectError(log.toFile()), home.resolve("built"), BUILD_MINUTES);
    if (out.isBlank()) {
      throw new IllegalStateException(script + " failed, so set EXCHEQUER_HELM to a Helm 3: " + Files.readString(log));
    }
    return out.strip();
  }

  /**
   * Runs it to its end.
   *
   * @return what it printed
   * @throws AssertionError if it fails, or hangs
   */
  String run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
    process.environment().put("KUBECONFIG", home.resolve("kubeconfig").toString());
    for (String folder : List.of("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")) {
      process.environment().put(folder, home.resolve(folder).toString());
    }
    return output(process, home.resolve("output"), LONGEST_MINUTES);
  }

  private static String output(ProcessBuilder builder, Path file, long minutes) throws IOException, InterruptedException {
    Process process = builder.redirectOutput(file.toFile()).start();
    if (!process.waitFor(minutes, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("hangs: " + builder.command() + "\n" + Files.readString(file));
    }
    String said = Files.readString(file);
    if (process.exitValue() != 0) {
      throw new AssertionError("ended with " + process.exitValue() + ": " + builder.command() + "\n" + said);
    }
    return said;
  }
}
