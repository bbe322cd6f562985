package dev.exchequer.server.store.chain;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bytes of a record as they are hashed, unambiguous whatever its texts contain. */
final class Canonical {
  private static final byte VERSION = 1;
  private static final byte ABSENT = 0;
  private static final byte PRESENT = 1;

  private final MessageDigest sha256 = newSha256();
  private byte[] bytes = new byte[512];
  private int length;

  static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  static Hash sha256(byte[] text) {
    return Hash.of(newSha256().digest(text));
  }

  /** @param before the hash before it, null = there is none */
  Canonical begin(@Nullable Hash before, char kind) {
    length = 0;
    if (before != null) {
      add(before.bytes());
    }
    add(VERSION);
    add((byte) kind);
    return this;
  }

  Canonical place(long number) {
    big(number, Long.BYTES);
    return this;
  }

  Canonical text(@Nullable String text) {
    if (present(text != null) && text != null) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      big(utf8.length, Integer.BYTES);
      add(utf8);
    }
    return this;
  }

  Canonical number(@Nullable Long number) {
    if (present(number != null) && number != null) {
      big(number, Long.BYTES);
    }
    return this;
  }

  Canonical hash(@Nullable Hash hash) {
    if (present(hash != null) && hash != null) {
      add(hash.bytes());
    }
    return this;
  }

  Hash hashed() {
    sha256.update(bytes, 0, length);
    return Hash.of(sha256.digest());
  }

  private boolean present(boolean present) {
    add(present ? PRESENT : ABSENT);
    return present;
  }

  private void big(long value, int size) {
    for (int shift = (size - 1) * Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      add((byte) (value >>> shift));
    }
  }

  private void add(byte one) {
    room(1);
    bytes[length++] = one;
  }

  private void add(byte[] more) {
    room(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void room(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
