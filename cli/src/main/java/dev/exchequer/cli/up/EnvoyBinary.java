package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds an Envoy that is new enough: the one named, else what dev/install-envoy.sh finds or fetches, else one on the PATH. */
final class EnvoyBinary {
  static final int FLOOR_MINOR = 39;
  private static final Pattern VERSION = Pattern.compile("version: [^/\\s]*/(\\d+)\\.(\\d+)\\.");

  private EnvoyBinary() {}

  static Path find(Optional<Path> named, Optional<Path> root, String searchPath) throws IOException, InterruptedException {
    if (named.isPresent()) {
      Path binary = named.get().toAbsolutePath();
      return checked(binary, "--envoy " + named.get());
    }
    Optional<Path> script = root.map(r -> r.resolve("dev/install-envoy.sh")).filter(Files::isExecutable);
    if (script.isPresent()) {
      return install(script.get());
    }
    for (String folder : searchPath.split(File.pathSeparator)) {
      Path binary = Path.of(folder, "envoy");
      if (Files.isExecutable(binary)) {
        return checked(binary, binary + " (on the PATH)");
      }
    }
    throw new CommandFailed("no Envoy on the PATH: install Envoy 1." + FLOOR_MINOR + " or newer, or name one with --envoy");
  }

  private static Path install(Path script) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(script.toString()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0 || printed.isEmpty()) {
      throw new CommandFailed("there is no Envoy and " + script.getFileName() + " could not fetch one (see above); name one with --envoy");
    }
    return Path.of(printed.substring(printed.lastIndexOf('\n') + 1));
  }

  private static Path checked(Path binary, String told) throws IOException, InterruptedException {
    if (!Files.isExecutable(binary)) {
      throw new CommandFailed(told + ": no such program");
    }
    Process process = new ProcessBuilder(binary.toString(), "--version").redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    if (!newEnough(printed)) {
      throw new CommandFailed(told + " is no Envoy 1." + FLOOR_MINOR + " or newer; it says: " + printed.strip());
    }
    return binary;
  }

  /** @param printed e.g. {@code envoy  version: 4d8d1cf/1.40.0/Clean/RELEASE/BoringSSL} */
  static boolean newEnough(String printed) {
    Matcher version = VERSION.matcher(printed);
    if (!version.find()) {
      return false;
    }
    int major = Integer.parseInt(version.group(1));
    return major > 1 || (major == 1 && Integer.parseInt(version.group(2)) >= FLOOR_MINOR);
  }
}
