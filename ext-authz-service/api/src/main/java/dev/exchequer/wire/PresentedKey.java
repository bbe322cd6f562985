package dev.exchequer.wire;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificate that we present. A handshake asks for an alias, then for its chain, then for its key: the alias numbers the reading, so that a rotation in
 * between does not give it the key of another certificate.
 */
@SuppressWarnings("NullAway") // "none" is null to the JDK, which is not annotated
final class PresentedKey extends X509ExtendedKeyManager {
  private record Numbered(String alias, Identity identity, @Nullable Numbered before) {}

  private volatile Numbered newest;

  PresentedKey(Identity first) {
    this.newest = new Numbered("1", first, null);
  }

  /** Called by one thread. */
  void next(Identity identity) {
    Numbered last = newest;
    Numbered before = new Numbered(last.alias, last.identity, null); // one back is enough for a handshake under way
    newest = new Numbered(Long.toString(Long.parseLong(last.alias) + 1), identity, before);
  }

  X509Certificate certificate() {
    return newest.identity.chain().getFirst();
  }

  private @Nullable Identity of(String alias) {
    Numbered now = newest;
    if (now.alias.equals(alias)) {
      return now.identity;
    }
    return now.before != null && now.before.alias.equals(alias) ? now.before.identity : null;
  }

  /** Whatever authorities the other side names: that it does not believe ours is its to say. */
  private @Nullable String alias(String... types) {
    Numbered now = newest;
    return Arrays.asList(types).contains(now.identity.key().getAlgorithm()) ? now.alias : null;
  }

  @Override
  public @Nullable String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(String keyType, Principal[] issuers, SSLEngine engine) {
    return alias(keyType);
  }

  @Override
  public @Nullable String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
    return alias(keyTypes);
  }

  @Override
  public @Nullable String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
    return alias(keyType);
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    Identity identity = of(alias);
    return identity == null ? null : identity.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    Identity identity = of(alias);
    return identity == null ? null : identity.key();
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal[] issuers) {
    String alias = alias(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal[] issuers) {
    return getClientAliases(keyType, issuers);
  }
}
