package dev.exchequer.wire;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Who we are and whom we believe, from one reading of the three files.
 *
 * @param chain our certificate first
 * @param authorities checks a chain by the certificates of ca.crt
 */
record Identity(List<X509Certificate> chain, PrivateKey key, X509ExtendedTrustManager authorities) {

  /** The files' text. A Secret is mounted behind a link {@code ..data} that is swapped: its target is looked up once, so that the three belong together. */
  record PemFiles(String certificate, String key, String authorities) {
    static PemFiles read(Path folder) throws IOException {
      Path linked = folder.resolve("..data");
      Path real = Files.isDirectory(linked) ? linked.toRealPath() : folder;
      return new PemFiles(text(real, "tls.crt"), text(real, "tls.key"), text(real, "ca.crt"));
    }

    private static String text(Path folder, String name) throws IOException {
      return Files.readString(folder.resolve(name), StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
      return "certificates and a key"; // the key is a secret
    }
  }

  /** @throws GeneralSecurityException if a file is not what it should be, or the key is another certificate's */
  static Identity of(PemFiles files) throws GeneralSecurityException {
    List<X509Certificate> chain = named("tls.crt", () -> Pem.certificates(files.certificate));
    PrivateKey key = named("tls.key", () -> Pem.key(files.key, chain.getFirst().getPublicKey()));
    if (!belong(chain.getFirst(), key)) {
      throw new InvalidKeyException("tls.key is not the key of the certificate in tls.crt");
    }
    return new Identity(chain, key, authorities(named("ca.crt", () -> Pem.certificates(files.authorities))));
  }

  @FunctionalInterface
  private interface Reading<T> {
    T read() throws GeneralSecurityException;
  }

  private static <T> T named(String file, Reading<T> reading) throws GeneralSecurityException {
    try {
      return reading.read();
    } catch (GeneralSecurityException e) {
      throw new GeneralSecurityException(file + ": " + e.getMessage(), e);
    }
  }

  private static boolean belong(X509Certificate certificate, PrivateKey key) throws GeneralSecurityException {
    byte[] message = "exchequer".getBytes(StandardCharsets.US_ASCII);
    String algorithm =
        switch (key.getAlgorithm()) {
          case "EC" -> "SHA256withECDSA";
          case "RSA" -> "SHA256withRSA";
          default -> key.getAlgorithm();
        };
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(message);
    byte[] signed = signature.sign();
    signature.initVerify(certificate.getPublicKey());
    signature.update(message);
    return signature.verify(signed);
  }

  private static X509ExtendedTrustManager authorities(List<X509Certificate> certificates) throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new IllegalStateException("nothing is read", e);
    }
    for (int i = 0; i < certificates.size(); i++) {
      store.setCertificateEntry("ca" + i, certificates.get(i));
    }
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager extended) {
        return extended;
      }
    }
    throw new IllegalStateException("every JDK has it: " + Arrays.toString(factory.getTrustManagers()));
  }

  @Override
  public String toString() {
    X509Certificate own = chain.getFirst();
    return own.getSubjectX500Principal() + ", serial " + own.getSerialNumber().toString(16) + ", until " + own.getNotAfter().toInstant();
  }
}
