package dev.exchequer.server.admin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;

/**
 * DATA/admin.token: whoever can read the file is the treasurer "local". Only the token's digest is kept in memory. Other people and programs have tokens of
 * their own in the folder `tokens` beside it.
 */
public final class FileToken implements Tokens {
  private static final Actor LOCAL = new Actor("local", Role.TREASURER);
  private static final String NAMED = "tokens";
  private static final int RANDOM_BYTES = 32;
  private static final int SHORTEST = 32;

  private final byte[] digest;
  private final Tokens others;

  private FileToken(byte[] digest, Tokens others) {
    this.digest = digest;
    this.others = others;
  }

  /**
   * Reads the token, or makes one (0600) at the first start.
   *
   * @throws IOException if it can be neither read nor made, or is too short to be a secret
   */
  public static FileToken readOrCreate(Path file) throws IOException {
    if (!Files.exists(file)) {
      create(file);
    }
    String token = Files.readString(file).strip();
    if (token.length() < SHORTEST) {
      throw new IOException(file + " holds fewer than " + SHORTEST + " characters: delete it, and the next start makes a new one");
    }
    NamedTokens named = new NamedTokens(file.resolveSibling(NAMED), LOCAL.name());
    var unused = named.problems();
    return new FileToken(sha256(token), named);
  }

  @Override
  public Optional<Actor> authenticate(String token) {
    return MessageDigest.isEqual(digest, sha256(token)) ? Optional.of(LOCAL) : others.authenticate(token);
  }

  private static void create(Path file) throws IOException {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    byte[] text = (HexFormat.of().formatHex(random) + "\n").getBytes(StandardCharsets.US_ASCII);
    Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (SeekableByteChannel out = Files.newByteChannel(file, options, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer rest = ByteBuffer.wrap(text);
      while (rest.hasRemaining()) {
        out.write(rest);
      }
    } catch (FileAlreadyExistsException e) {
      // made by `up` in the same moment: that one counts
    }
  }

  static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
