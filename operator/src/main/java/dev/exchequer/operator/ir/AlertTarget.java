package dev.exchequer.operator.ir;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Where alerts are told. Not part of the plan that services store and receipts name: it has a secret.
 *
 * @param secret as it was written: text, or {@value #PREFIX} and base64
 * @param allowPlaintext http to another machine
 */
public record AlertTarget(String url, Redacted secret, boolean allowPlaintext) {
  /** Of a secret in base64, as standardwebhooks.com says. */
  private static final String PREFIX = "whsec_";

  /**
   * The bytes of the key.
   *
   * @throws IllegalArgumentException if they are not base64 after the prefix
   */
  public static byte[] key(Redacted secret) {
    String text = secret.reveal();
    return text.startsWith(PREFIX) ? Base64.getDecoder().decode(text.substring(PREFIX.length())) : text.getBytes(StandardCharsets.UTF_8);
  }

  /** An address may be a secret itself. */
  @Override
  public String toString() {
    return "AlertTarget[redacted]";
  }
}
