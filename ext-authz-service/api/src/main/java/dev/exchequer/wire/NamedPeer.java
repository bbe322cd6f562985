package dev.exchequer.wire;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/** Believes chains of the current authorities whose certificate has one DNS name, exactly; no wildcard. */
final class NamedPeer extends X509ExtendedTrustManager {
  /** Of a subject alternative name: dNSName (RFC 5280, section 4.2.1.6). */
  private static final Integer DNS = 2;

  private final String name;
  private volatile X509ExtendedTrustManager authorities;

  NamedPeer(X509ExtendedTrustManager authorities, String name) {
    this.authorities = authorities;
    this.name = name;
  }

  void next(X509ExtendedTrustManager next) {
    authorities = next;
  }

  private void requireName(X509Certificate[] chain) throws CertificateException {
    List<String> names = new ArrayList<>();
    Collection<List<?>> alternatives = chain[0].getSubjectAlternativeNames();
    if (alternatives != null) {
      alternatives.stream().filter(entry -> DNS.equals(entry.get(0))).forEach(entry -> names.add(String.valueOf(entry.get(1))));
    }
    if (names.stream().noneMatch(name::equalsIgnoreCase)) {
      throw new CertificateException("the certificate is of " + names + " and should be of " + name);
    }
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
    authorities.checkClientTrusted(chain, authType, engine);
    requireName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
    authorities.checkServerTrusted(chain, authType, engine);
    requireName(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
    authorities.checkClientTrusted(chain, authType, socket);
    requireName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
    authorities.checkServerTrusted(chain, authType, socket);
    requireName(chain);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
    authorities.checkClientTrusted(chain, authType);
    requireName(chain);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
    authorities.checkServerTrusted(chain, authType);
    requireName(chain);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.getAcceptedIssuers();
  }
}
