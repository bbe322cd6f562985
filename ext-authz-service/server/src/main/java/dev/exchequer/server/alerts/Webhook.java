package dev.exchequer.server.alerts;

import java.net.URI;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;

/**
 * Where alerts go, and the key that they are signed with.
 *
 * @param allowPlaintext http to another machine
 */
public record Webhook(URI url, SecretKeySpec key, boolean allowPlaintext) {
  private static final String ALGORITHM = "HmacSHA256";

  /** @throws IllegalArgumentException if it is no such address or there is no key */
  public static Webhook of(String url, byte[] key, boolean allowPlaintext) {
    return new Webhook(URI.create(url), new SecretKeySpec(key, ALGORITHM), allowPlaintext);
  }

  /**
   * The value of the header webhook-signature: HMAC-SHA256 over id, time and body (standardwebhooks.com, "Signature scheme").
   *
   * @param seconds since the epoch
   */
  String signature(String id, long seconds, String body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return "v1," + Base64.getEncoder().encodeToString(mac.doFinal((id + "." + seconds + "." + body).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }

  /** An address may be a secret itself: only where it is. */
  @Override
  public String toString() {
    return url.getScheme() + "://" + url.getHost() + "/...";
  }
}
