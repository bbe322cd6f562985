package dev.exchequer.operator.validate;

import dev.exchequer.operator.ir.Redacted;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;

/** Envoy refuses a whole update for one certificate that it cannot read, so such a provider must not get that far. */
final class Certificates {
  private Certificates() {}

  static boolean readable(Redacted pem) {
    if (!pem.reveal().contains("-----BEGIN CERTIFICATE-----")) {
      return false;
    }
    try {
      CertificateFactory x509 = CertificateFactory.getInstance("X.509");
      return !x509.generateCertificates(new ByteArrayInputStream(pem.reveal().getBytes(StandardCharsets.UTF_8))).isEmpty();
    } catch (CertificateException e) {
      return false;
    }
  }
}
