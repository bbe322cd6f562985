package dev.exchequer.wire;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Our end of a connection on which both sides show a certificate: tls.crt, tls.key and ca.crt of one folder, as a Secret that cert-manager writes is mounted.
 * The other side is believed if its certificate is signed by ca.crt <em>and</em> has the DNS name that it should have: other certificates of the same
 * authority are refused.
 *
 * <p>The files are read again when they change; handshakes after that use the new ones, connections that stand stay. What cannot be used is logged, and the
 * old ones stay in use.
 */
public final class MutualTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MutualTls.class);
  private static final Duration LOOK = Duration.ofSeconds(2);

  private final Path folder;
  private final PresentedKey presented;
  private final NamedPeer peer;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("certificates").daemon().factory());

  /** These two belong to the thread: what was read last, and what was wrong with it. */
  private Identity.PemFiles looked;
  private String said = "";

  private MutualTls(Path folder, Identity.PemFiles files, Identity identity, String peerName, Duration look) {
    this.folder = folder;
    this.looked = files;
    this.presented = new PresentedKey(identity);
    this.peer = new NamedPeer(identity.authorities(), peerName);
    thread.scheduleWithFixedDelay(this::look, look.toMillis(), look.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Looks at the files every 2 s from now on.
   *
   * @param peerName a DNS name in the certificate of the other side
   * @throws IOException with what is wrong, if the files cannot be read or used
   */
  public static MutualTls load(Path folder, String peerName) throws IOException {
    return load(folder, peerName, LOOK);
  }

  /** @param look how often the files are looked at */
  public static MutualTls load(Path folder, String peerName, Duration look) throws IOException {
    Identity.PemFiles files = Identity.PemFiles.read(folder);
    try {
      return new MutualTls(folder, files, Identity.of(files), peerName, look);
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates in " + folder + " cannot be used: " + e.getMessage(), e);
    }
  }

  private void look() {
    try {
      Identity.PemFiles now = Identity.PemFiles.read(folder);
      if (now.equals(looked)) {
        return;
      }
      looked = now;
      Identity next = Identity.of(now);
      next.chain().getFirst().checkValidity();
      presented.next(next);
      peer.next(next.authorities());
      said = "";
      LOG.info("certificate read again: {}", next);
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      say(String.valueOf(e.getMessage()));
    }
  }

  private void say(String wrong) {
    if (!wrong.equals(said)) {
      said = wrong;
      LOG.error("the certificates in {} cannot be used, the old ones stay: {}", folder, wrong);
    }
  }

  /** The certificate that we present now. */
  public X509Certificate certificate() {
    return presented.certificate();
  }

  public X509ExtendedKeyManager keyManager() {
    return presented;
  }

  public X509ExtendedTrustManager trustManager() {
    return peer;
  }

  /** Stops looking; connections stay. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
