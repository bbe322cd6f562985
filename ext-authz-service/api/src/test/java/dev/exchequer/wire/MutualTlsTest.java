package dev.exchequer.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files, and what becomes of them when they change. Handshakes are tested where the two ends are: in the operator and in the service. */
class MutualTlsTest {
  private static final Duration OFTEN = Duration.ofMillis(20);

  @TempDir Path folder = Path.of("");
  private Path mount = folder;
  private static @Nullable TestAuthority made;

  @BeforeAll
  static void authority(@TempDir Path keys) throws Exception {
    made = TestAuthority.in(keys);
  }

  private final TestAuthority authority = Objects.requireNonNull(made);

  @BeforeEach
  void start() {
    mount = folder.resolve("tls");
  }

  @Test
  void aSwappedSecretIsPresentedWithoutARestart() throws Exception {
    authority.issue(mount, "me");
    try (MutualTls tls = MutualTls.load(mount, "you", OFTEN)) {
      X509Certificate first = tls.certificate();
      String alias = tls.keyManager().chooseEngineServerAlias("EC", null, null);
      authority.issueRsa(mount, "me");
      await(() -> !tls.certificate().equals(first));
      assertThat(tls.keyManager().chooseEngineServerAlias("EC", null, null)).as("it is of another kind now").isNull();
      assertThat(tls.keyManager().getCertificateChain(alias)[0]).as("for a handshake under way").isEqualTo(first);
      assertThat(tls.keyManager().getCertificateChain(tls.keyManager().chooseEngineServerAlias("RSA", null, null))).containsExactly(tls.certificate());
    }
  }

  @Test
  void whatCannotBeUsedIsNot() throws Exception {
    authority.issue(mount, "me");
    try (MutualTls tls = MutualTls.load(mount, "you", OFTEN)) {
      X509Certificate first = tls.certificate();
      String certificate = Files.readString(mount.resolve("tls.crt"));
      String key = Files.readString(mount.resolve("tls.key"));
      String ca = Files.readString(mount.resolve("ca.crt"));
      authority.issueExpired(mount, "me");
      TestAuthority.mount(mount, Files.readString(mount.resolve("tls.crt")), key, ca); // another's key
      TestAuthority.mount(mount, certificate, "nonsense", ca);
      TestAuthority.mount(mount, certificate, key, "");
      Files.delete(mount.resolve("..data"));
      authority.issueExpired(mount, "me");
      assertThat(tls.certificate()).isEqualTo(first);
      authority.issue(mount, "me");
      await(() -> !tls.certificate().equals(first));
      tls.certificate().checkValidity();
    }
  }

  @Test
  void whatIsWrongAtTheStartIsSaid() throws Exception {
    authority.issue(mount, "me");
    String certificate = Files.readString(mount.resolve("tls.crt"));
    String key = Files.readString(mount.resolve("tls.key"));
    String ca = Files.readString(mount.resolve("ca.crt"));
    authority.issue(mount, "me");
    refused(certificate, Files.readString(mount.resolve("tls.key")), ca, "tls.key is not the key of the certificate in tls.crt");
    refused("", key, ca, "tls.crt: there is no certificate in it");
    refused(certificate, "", ca, "tls.key: there is no private key in it");
    refused(certificate, key.replace("PRIVATE", "ENCRYPTED PRIVATE"), ca, "tls.key: the key is encrypted");
    refused(certificate, key, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "ca.crt: ");
    assertThatThrownBy(() -> MutualTls.load(folder.resolve("nowhere"), "you")).isInstanceOf(IOException.class).hasMessageContaining("nowhere");
  }

  private void refused(String certificate, String key, String ca, String message) throws IOException {
    TestAuthority.mount(mount, certificate, key, ca);
    assertThatThrownBy(() -> MutualTls.load(mount, "you")).isInstanceOf(IOException.class).hasMessageContaining(message);
  }

  /** "EC PRIVATE KEY" and "RSA PRIVATE KEY" are the inner part of PKCS #8. */
  @Test
  void keysAsHelmAndCertManagerWriteThem() throws Exception {
    authority.issue(mount, "me");
    inTheOldForm("EC");
    authority.issueRsa(mount, "me");
    inTheOldForm("RSA");
  }

  private void inTheOldForm(String algorithm) throws Exception {
    String key = Files.readString(mount.resolve("tls.key"));
    byte[] pkcs8 = Base64.getMimeDecoder().decode(key.replaceAll("-----[A-Z ]+-----", ""));
    PrivateKey whole = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    byte[] inner = inner(whole.getEncoded());
    TestAuthority.mount(mount, Files.readString(mount.resolve("tls.crt")), TestAuthority.pem(algorithm + " PRIVATE KEY", inner), Files.readString(mount.resolve("ca.crt")));
    try (MutualTls tls = MutualTls.load(mount, "you")) {
      assertThat(tls.keyManager().getPrivateKey("1").getEncoded()).isEqualTo(whole.getEncoded());
    }
  }

  /** The content of the octet string that ends a PrivateKeyInfo: version and algorithm are before it. */
  private static byte[] inner(byte[] pkcs8) {
    int at = header(pkcs8, 0);
    at += 3; // version
    at += header(pkcs8, at) + (pkcs8[at + 1] & 0xff); // algorithm, shorter than 128 bytes
    return Arrays.copyOfRange(pkcs8, at + header(pkcs8, at), pkcs8.length);
  }

  private static int header(byte[] der, int at) {
    int length = der[at + 1] & 0xff;
    return length < 0x80 ? 2 : 2 + (length & 0x7f);
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + 20_000_000_000L;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited 20 s in vain");
      }
      LockSupport.parkNanos(5_000_000);
    }
  }
}
