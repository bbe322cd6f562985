package dev.exchequer.cli.up;

import dev.exchequer.server.Checkpoints;
import dev.exchequer.server.store.postgres.PostgresSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * @param root the project's folder, for dev/install-envoy.sh; empty where the program was installed without it
 * @param namespace of the gateway
 * @param envoy a binary that the user names
 * @param mock whether the mock provider runs, and where
 * @param store the database that keeps the ledger; empty = a file in DATA
 * @param checkpoints where what the ledger has is written down outside of it; empty = nowhere
 * @param keepReceipts how long receipts are kept whole; empty = for ever
 */
record UpSettings(
    Optional<Path> root, Path config, String namespace, Path data, String listen, int port, int adminPort, Optional<Path> envoy, Mock mock, Optional<PostgresSettings> store,
    Optional<Checkpoints.Plan> checkpoints, Optional<Duration> keepReceipts) {
  /** Where the quickstart's YAML expects the mock provider. */
  static final int MOCK_PORT = 9100;

  enum MockChoice {
    NONE, EXACTLY, PREFERABLY
  }

  /** @param port preferred or exact one */
  record Mock(MockChoice choice, int port) {
    static final Mock NONE = new Mock(MockChoice.NONE, 0);
  }

  /** With the ledger in a file. */
  UpSettings(Optional<Path> root, Path config, String namespace, Path data, String listen, int port, int adminPort, Optional<Path> envoy, Mock mock) {
    this(root, config, namespace, data, listen, port, adminPort, envoy, mock, Optional.empty(), Optional.empty(), Optional.empty());
  }

  boolean loopbackOnly() {
    try {
      return InetAddress.getByName(listen).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }

  String endpoint() {
    return "http://" + (isWildcard() ? "127.0.0.1" : listen.contains(":") ? "[" + listen + "]" : listen) + ":" + port;
  }

  private boolean isWildcard() {
    return listen.equals("0.0.0.0") || listen.equals("::");
  }
}
