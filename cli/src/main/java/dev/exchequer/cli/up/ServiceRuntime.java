package dev.exchequer.cli.up;

import java.nio.file.Path;

/** What `service` needs of the accounting service. */
public interface ServiceRuntime {
  /** Serves until the process is asked to end (SIGTERM), then stops cleanly and returns. */
  void run(Settings settings) throws Exception;

  /**
   * @param sockets where admit.sock and money.sock are made and feed.sock and envoy.sock are
   * @param listen address of the admin API
   */
  record Settings(Path data, Path sockets, String listen, int adminPort) {}
}
