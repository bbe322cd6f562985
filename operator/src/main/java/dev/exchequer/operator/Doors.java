package dev.exchequer.operator;

import dev.exchequer.operator.publish.WarmClusters;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.operator.transport.Listener;
import dev.exchequer.wire.EnvoyAdmin;
import dev.exchequer.wire.MutualTls;
import io.grpc.BindableService;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where Envoys and accounting services reach the operator.
 *
 * @param beside the Envoy on this machine: it and the service beside it use the sockets of its folder, and its admin interface can be asked; null = none
 * @param remote gateways elsewhere, each with one connection for both; null = none
 */
public record Doors(EnvoyBootstrap.@Nullable Settings beside, @Nullable Remote remote) {
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(2);

  /**
   * @param address port 0 = any free one
   * @param certificates stays open when the doors close
   */
  public record Remote(InetSocketAddress address, MutualTls certificates) {}

  public Doors {
    if (beside == null && remote == null) {
      throw new IllegalArgumentException("nobody could reach the operator: give it a folder of sockets, or a port and certificates");
    }
  }

  public static Doors sockets(EnvoyBootstrap.Settings beside) {
    return new Doors(beside, null);
  }

  public static Doors remote(Remote gateways) {
    return new Doors(null, gateways);
  }

  /** A remote Envoy's clusters are asked for by its own service, so what counts here is the ACK. */
  WarmClusters clusters() {
    return beside == null ? WarmClusters.BY_ACK : WarmClusters.of(new EnvoyAdmin(beside.adminSocket(), ADMIN_TIMEOUT));
  }

  /** @throws IOException if one cannot be bound; then none is left open */
  List<Listener> open(BindableService ads, BindableService feed) throws IOException {
    List<Listener> open = new ArrayList<>();
    try {
      if (beside != null) {
        open.add(Listener.unix(beside.xdsSocket(), ads));
        open.add(Listener.unix(beside.socketsDir().resolve("feed.sock"), feed));
      }
      if (remote != null) {
        open.add(Listener.tls(remote.address, remote.certificates, ads, feed));
      }
      return List.copyOf(open);
    } catch (IOException | RuntimeException e) {
      open.forEach(Listener::close);
      throw e;
    }
  }
}
