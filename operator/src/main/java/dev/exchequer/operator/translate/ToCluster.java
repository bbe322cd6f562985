package dev.exchequer.operator.translate;

import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.exchequer.operator.ir.ClusterPlan;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers;
import io.envoyproxy.envoy.config.cluster.v3.CircuitBreakers.Thresholds;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DnsLookupFamily;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.regex.Pattern;

/** One upstream account as an Envoy cluster: where it is, how it proves who it is, and {@link UpstreamFilters what is done to its requests and answers}. */
final class ToCluster {
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  /** How many requests run is the accounting service's decision (maxInFlight); Envoy's defaults (1,024) would be a second, silent one. */
  private static final UInt32Value UNBOUNDED = UInt32Value.of(1_000_000);

  /** 1 s, then once more: a new cluster waits for its name, and all other news of clusters with it. */
  private static final TypedExtensionConfig RESOLVER =
      TypedExtensionConfig.newBuilder()
          .setName("envoy.network.dns_resolver.cares")
          .setTypedConfig(
              Packed.of(CaresDnsResolverConfig.newBuilder().setQueryTimeoutSeconds(UInt64Value.of(1)).setQueryTries(UInt32Value.of(2)).build()))
          .build();

  private final String trustFile;

  ToCluster(String trustFile) {
    this.trustFile = trustFile;
  }

  Cluster cluster(ClusterPlan plan) {
    Cluster.Builder cluster =
        Cluster.newBuilder()
            .setName(plan.name())
            .setConnectTimeout(PublicRoutes.millis(plan.connectTimeoutMs()))
            .setLoadAssignment(assignment(plan))
            .setCircuitBreakers(
                CircuitBreakers.newBuilder()
                    .addThresholds(
                        Thresholds.newBuilder()
                            .setMaxConnections(UNBOUNDED)
                            .setMaxPendingRequests(UNBOUNDED)
                            .setMaxRequests(UNBOUNDED)
                            .setMaxRetries(UNBOUNDED)))
            .putTypedExtensionProtocolOptions(UpstreamFilters.OPTIONS, Packed.of(UpstreamFilters.of(plan)));
    if (isAddress(plan.host())) {
      cluster.setType(DiscoveryType.STATIC);
    } else {
      // one address at a time, and connections outlive a change of it: large providers rotate theirs every few seconds
      cluster.setType(DiscoveryType.LOGICAL_DNS).setDnsLookupFamily(DnsLookupFamily.V4_PREFERRED).setRespectDnsTtl(true).setTypedDnsResolverConfig(RESOLVER);
    }
    if (plan.tls()) {
      cluster.setTransportSocket(TransportSocket.newBuilder().setName("envoy.transport_sockets.tls").setTypedConfig(Packed.of(tls(plan))));
    }
    return cluster.build();
  }

  private static ClusterLoadAssignment assignment(ClusterPlan plan) {
    SocketAddress address = SocketAddress.newBuilder().setAddress(unbracketed(plan.host())).setPortValue(plan.port()).build();
    Endpoint endpoint =
        Endpoint.newBuilder().setAddress(Address.newBuilder().setSocketAddress(address)).setHostname(authority(plan)).build();
    return ClusterLoadAssignment.newBuilder()
        .setClusterName(plan.name())
        .addEndpoints(LocalityLbEndpoints.newBuilder().addLbEndpoints(LbEndpoint.newBuilder().setEndpoint(endpoint)))
        .build();
  }

  /** The Host header, by auto_host_rewrite. */
  private static String authority(ClusterPlan plan) {
    return plan.port() == (plan.tls() ? 443 : 80) ? plan.serverName() : plan.serverName() + ":" + plan.port();
  }

  private UpstreamTlsContext tls(ClusterPlan plan) {
    String ca = plan.caCertificates();
    DataSource trusted = ca == null ? DataSource.newBuilder().setFilename(trustFile).build() : DataSource.newBuilder().setInlineString(ca).build();
    boolean address = isAddress(plan.serverName());
    SubjectAltNameMatcher name =
        SubjectAltNameMatcher.newBuilder()
            .setSanType(address ? SanType.IP_ADDRESS : SanType.DNS)
            .setMatcher(StringMatcher.newBuilder().setExact(unbracketed(plan.serverName())))
            .build();
    CertificateValidationContext validation =
        CertificateValidationContext.newBuilder().setTrustedCa(trusted).addMatchTypedSubjectAltNames(name).build();
    UpstreamTlsContext.Builder tls =
        UpstreamTlsContext.newBuilder().setCommonTlsContext(CommonTlsContext.newBuilder().setValidationContext(validation));
    // SNI carries names only (RFC 6066, section 3)
    return address ? tls.build() : tls.setSni(plan.serverName()).build();
  }

  private static boolean isAddress(String host) {
    return IPV4.matcher(host).matches() || host.indexOf(':') >= 0;
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }
}
