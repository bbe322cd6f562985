package dev.exchequer.cli.up;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command lines of the two children. */
final class Commands {
  private Commands() {}

  /** How the accounting service is started. */
  interface Service {
    List<String> commandLine(DataDir data, Sockets sockets, int adminPort);
  }

  /** This program again, on this JVM, with this JVM's own options. */
  static List<String> service(DataDir data, Sockets sockets, int adminPort) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream().filter(a -> a.startsWith("-X") || a.startsWith("--enable-native-access")).forEach(command::add);
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), "dev.exchequer.cli.Main", "service",
            "--data", data.path().toString(), "--sockets", sockets.path().toString(), "--admin-port", Integer.toString(adminPort)));
    return List.copyOf(command);
  }

  static List<String> envoy(Path binary, Path bootstrap, Path log) {
    // The journal is Envoy's file access log: 100 ms bound what a crash can lose of it.
    return List.of(
        binary.toString(), "-c", bootstrap.toString(), "--concurrency", "2", "--file-flush-interval-msec", "100", "--log-path", log.toString(), "--disable-hot-restart");
  }
}
