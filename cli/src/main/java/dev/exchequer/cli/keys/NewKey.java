package dev.exchequer.cli.keys;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * A key of an application and the ApiKey object that lets it in.
 *
 * @param name of the object, a DNS label
 */
record NewKey(String namespace, String name, String project, String label, String secret) {
  static final String PREFIX = "exq-";
  private static final int SECRET_BYTES = 32;
  private static final int LABEL_MAX = 64;
  private static final Pattern DNS_LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  NewKey {
    check(namespace, "namespace");
    check(name, "name");
    check(project, "project");
    if (label.isBlank() || label.length() > LABEL_MAX || label.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("label: 1 to 64 characters, without control characters");
    }
  }

  static void check(String value, String what) {
    if (!DNS_LABEL.matcher(value).matches()) {
      throw new IllegalArgumentException(what + " \"" + value + "\": lower-case letters, digits and -, at most 63");
    }
  }

  /** 256 bits from {@code random}. */
  static String secret(RandomGenerator random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    return PREFIX + HexFormat.of().formatHex(bytes);
  }

  /** "Build bot (CI)" as build-bot-ci. */
  static String nameFrom(String label) {
    String name = label.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String cut = name.substring(0, Math.min(name.length(), 63)).replaceAll("^-+|-+$", "");
    return cut.isEmpty() ? "key" : cut;
  }

  String sha256() {
    return sha256(secret);
  }

  static String sha256(String secret) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  String yaml() {
    // A JSON string is a YAML string, whatever the label holds.
    String quoted = "\"" + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(label)) + "\"";
    return """
        apiVersion: exchequer.dev/v1alpha1
        kind: ApiKey
        metadata: {namespace: %s, name: %s}
        spec:
          projectRef: {name: %s}
          label: %s
          credentials:
          - {name: first, sha256: "%s"}
        """
        .formatted(namespace, name, project, quoted, sha256());
  }

  @Override
  public String toString() {
    return "NewKey[" + namespace + "/" + name + "]";
  }
}
