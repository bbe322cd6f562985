package dev.exchequer.operator.ir;

import dev.exchequer.identity.ObjectName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An Envoy cluster: one upstream account, reached with one connect timeout.
 *
 * @param name "ns/provider@5000-1f3c…": provider, connect timeout in ms and the first 8 hex digits of the digest of everything below, so that changed
 *     content is another cluster and requests that run keep theirs
 * @param tls https; else plaintext, which the provider allowed in so many words
 * @param serverName SNI and the name that the certificate must carry; also the Host sent (with the port where it is not the scheme's own)
 * @param caCertificates PEM; null = the machine's trust store
 * @param secret name of the {@link SecretPlan} that is injected; null = no credential
 * @param credentialHeader lower case; the header that the credential is put into
 * @param headers further fixed headers, lower-case names
 */
public record ClusterPlan(
    String name,
    ObjectName provider,
    boolean tls,
    String host,
    int port,
    String serverName,
    long connectTimeoutMs,
    @Nullable String caCertificates,
    @Nullable String secret,
    String credentialHeader,
    List<Header> headers) {

  public record Header(String name, String value) {}

  public ClusterPlan {
    headers = List.copyOf(headers);
    if (port < 1 || port > 65535 || connectTimeoutMs < 1) {
      throw new IllegalArgumentException("not a port or a timeout: " + port + ", " + connectTimeoutMs);
    }
  }
}
