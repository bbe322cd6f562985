package dev.exchequer.operator.publish;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.exchequer.operator.translate.Packed;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A resource as it travels.
 *
 * @param version lower-case hex of the SHA-256 of its bytes, so that a restarted operator knows what a running Envoy has
 */
record Versioned(String name, String version, Any body) {
  static Versioned of(String name, Message resource) {
    Any body = Packed.of(resource);
    return new Versioned(name, sha256(body.getValue().toByteArray()), body);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  @Override
  public String toString() {
    return name + "@" + version; // the body may be a secret
  }
}
