package dev.exchequer.server;

import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.server.store.postgres.PostgresSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the service lives and what bounds it.
 *
 * @param data DATA: ledger, journal, admin token
 * @param sockets SOCKETS: admit.sock, money.sock; feed.sock of an operator beside it, or xds.sock that it opens for Envoy
 * @param adminHost loopback unless somebody asked for more
 * @param adminPort 0 = any free one
 * @param node who this is to the operator: the pod's name, "local" on one machine
 * @param leaseMs how long a hold lives without a sign of life
 * @param maxInboundBytes of a gRPC message: the largest body that Envoy admits, and room for its headers
 * @param operator the operator of a pod's gateway; null = it is beside the service and has opened feed.sock
 * @param store the database that keeps the ledger, shared with other gateways; null = a file in DATA
 * @param checkpoints where what the ledger has is written down outside of it; null = nowhere
 * @param keepReceipts how long receipts are kept whole, a day at least; null = for ever
 */
public record ServiceSettings(
    Path data,
    Path sockets,
    String adminHost,
    int adminPort,
    String node,
    long leaseMs,
    int maxInboundBytes,
    OperatorLink.@Nullable Remote operator,
    @Nullable PostgresSettings store,
    Checkpoints.@Nullable Plan checkpoints,
    @Nullable Duration keepReceipts) {
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

  /** With the operator beside it. */
  public ServiceSettings(Path data, Path sockets, String adminHost, int adminPort, String node, long leaseMs, int maxInboundBytes) {
    this(data, sockets, adminHost, adminPort, node, leaseMs, maxInboundBytes, null, null, null, null);
  }

  /** With the ledger in a file. */
  public ServiceSettings(
      Path data, Path sockets, String adminHost, int adminPort, String node, long leaseMs, int maxInboundBytes, OperatorLink.@Nullable Remote operator) {
    this(data, sockets, adminHost, adminPort, node, leaseMs, maxInboundBytes, operator, null, null, null);
  }

  /** With the ledger in a database, null = in a file. */
  public ServiceSettings with(@Nullable PostgresSettings database) {
    return new ServiceSettings(data, sockets, adminHost, adminPort, node, leaseMs, maxInboundBytes, operator, database, checkpoints, keepReceipts);
  }

  /** With checkpoints, null = without. */
  public ServiceSettings with(Checkpoints.@Nullable Plan plan) {
    return new ServiceSettings(data, sockets, adminHost, adminPort, node, leaseMs, maxInboundBytes, operator, store, plan, keepReceipts);
  }

  /** With receipts whole for so long, null = for ever. */
  public ServiceSettings with(@Nullable Duration keep) {
    return new ServiceSettings(data, sockets, adminHost, adminPort, node, leaseMs, maxInboundBytes, operator, store, checkpoints, keep);
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

  /** Where Envoy finds ADS, if the service relays it. */
  public Path xdsSocket() {
    return sockets.resolve("xds.sock");
  }

  /** Envoy's own. */
  public Path envoySocket() {
    return sockets.resolve("envoy.sock");
  }

  public Path adminToken() {
    return data.resolve("admin.token");
  }
}
