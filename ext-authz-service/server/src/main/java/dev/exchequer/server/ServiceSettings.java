package dev.exchequer.server;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Where the service lives and what bounds it.
 *
 * @param data DATA: ledger, journal, admin token
 * @param sockets SOCKETS: admit.sock, money.sock, feed.sock
 * @param adminHost loopback unless somebody asked for more
 * @param adminPort 0 = any free one
 * @param node who this is to the operator: the pod's name, "local" on one machine
 * @param leaseMs how long a hold lives without a sign of life
 * @param maxInboundBytes of a gRPC message: the largest body that Envoy admits, and room for its headers
 */
public record ServiceSettings(Path data, Path sockets, String adminHost, int adminPort, String node, long leaseMs, int maxInboundBytes) {
  public static final long DEFAULT_LEASE_MS = 60_000;
  public static final int DEFAULT_MAX_INBOUND_BYTES = 33 * 1024 * 1024;

  /** A Unix socket path ends at 107 bytes; what is added here is at most this long. */
  private static final int LONGEST_SOCKET_NAME = "/admit.sock".length();

  private static final int LONGEST_SOCKET_PATH = 107;

  public ServiceSettings {
    if (node.isEmpty() || leaseMs < 1 || maxInboundBytes < 1 || adminPort < 0 || adminPort > 65_535) {
      throw new IllegalArgumentException("no such node, lease, message limit or port");
    }
    int length = sockets.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length;
    if (length + LONGEST_SOCKET_NAME > LONGEST_SOCKET_PATH) {
      throw new IllegalArgumentException("the folder of the sockets is too deep (" + length + " bytes): " + sockets);
    }
  }

  /** One machine, as `exchequer up` starts it. */
  public static ServiceSettings local(Path data, Path sockets, int adminPort) {
    return new ServiceSettings(data, sockets, "127.0.0.1", adminPort, "local", DEFAULT_LEASE_MS, DEFAULT_MAX_INBOUND_BYTES);
  }

  /** Check at admission: whole bodies. */
  public Path admitSocket() {
    return sockets.resolve("admit.sock");
  }

  /** Check of later attempts and Settle: small messages that bodies must not delay. */
  public Path moneySocket() {
    return sockets.resolve("money.sock");
  }

  public Path feedSocket() {
    return sockets.resolve("feed.sock");
  }

  public Path adminToken() {
    return data.resolve("admin.token");
  }
}
