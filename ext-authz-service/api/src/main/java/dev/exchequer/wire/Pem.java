package dev.exchequer.wire;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Certificates and keys as PEM (RFC 7468). Keys may be PKCS #8, or PKCS #1 and SEC 1 as Helm's and cert-manager's defaults write them, which the JDK does not
 * read: they lack the name of the algorithm, and the certificate has that.
 */
final class Pem {
  private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \\1-----");
  private static final int SEQUENCE = 0x30;
  private static final int OCTET_STRING = 0x04;
  private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

  private Pem() {}

  private record Block(String label, byte[] der) {}

  /** @throws GeneralSecurityException if there is none, or one is none */
  static List<X509Certificate> certificates(String text) throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    for (Block block : blocks(text)) {
      if (block.label.equals("CERTIFICATE")) {
        certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(block.der)));
      }
    }
    if (certificates.isEmpty()) {
      throw new CertificateException("there is no certificate in it");
    }
    return certificates;
  }

  /**
   * @param owner of the certificate that the key belongs to
   * @throws GeneralSecurityException if there is none, or it is encrypted, or of another algorithm
   */
  static PrivateKey key(String text, PublicKey owner) throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance(owner.getAlgorithm());
    for (Block block : blocks(text)) {
      switch (block.label) {
        case "PRIVATE KEY" -> {
          return factory.generatePrivate(new PKCS8EncodedKeySpec(block.der));
        }
        case "RSA PRIVATE KEY", "EC PRIVATE KEY" -> {
          return factory.generatePrivate(new PKCS8EncodedKeySpec(pkcs8(block.der, owner)));
        }
        case "ENCRYPTED PRIVATE KEY" -> throw new GeneralSecurityException("the key is encrypted");
        default -> {
          // EC PARAMETERS, certificates
        }
      }
    }
    throw new GeneralSecurityException("there is no private key in it");
  }

  private static List<Block> blocks(String text) throws GeneralSecurityException {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      try {
        blocks.add(new Block(matcher.group(1), Base64.getMimeDecoder().decode(matcher.group(2))));
      } catch (IllegalArgumentException e) {
        throw new GeneralSecurityException("a PEM block is no base64", e);
      }
    }
    return blocks;
  }

  /** PrivateKeyInfo of RFC 5208; its AlgorithmIdentifier is that of the SubjectPublicKeyInfo (RFC 5280). */
  private static byte[] pkcs8(byte[] key, PublicKey owner) {
    byte[] info = owner.getEncoded();
    int algorithm = headerLength(info, 0);
    int end = algorithm + headerLength(info, algorithm) + contentLength(info, algorithm);
    byte[] content = concat(VERSION_0, Arrays.copyOfRange(info, algorithm, end), der(OCTET_STRING, key));
    return der(SEQUENCE, content);
  }

  private static int headerLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    return first < 0x80 ? 2 : 2 + (first & 0x7f);
  }

  private static int contentLength(byte[] der, int at) {
    int first = der[at + 1] & 0xff;
    if (first < 0x80) {
      return first;
    }
    int length = 0;
    for (int i = 0; i < (first & 0x7f); i++) {
      length = length << 8 | der[at + 2 + i] & 0xff;
    }
    return length;
  }

  private static byte[] der(int tag, byte[] content) {
    int n = content.length;
    byte[] header =
        n < 0x80
            ? new byte[] {(byte) tag, (byte) n}
            : n < 0x100 ? new byte[] {(byte) tag, (byte) 0x81, (byte) n} : new byte[] {(byte) tag, (byte) 0x82, (byte) (n >> 8), (byte) n};
    return concat(header, content);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
