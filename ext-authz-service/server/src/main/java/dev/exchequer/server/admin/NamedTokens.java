package dev.exchequer.server.admin;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DATA/tokens: one file for each token. The file's name is the actor's name; its lines are {@code role: viewer|operator|treasurer} and {@code sha256:} with
 * the SHA-256 of the token in hex, {@code #} begins a comment. The token itself is nowhere.
 *
 * <p>The files are small and few and are read at every use, so a change counts at once. A file that is not understood lets nobody in and is told in the log;
 * the others keep working.
 */
final class NamedTokens implements Tokens {
  private static final Logger LOG = LoggerFactory.getLogger(NamedTokens.class);
  private static final long LARGEST_BYTES = 4096;
  private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9._@-]{0,61}[A-Za-z0-9])?";

  private final Path folder;
  private final String reserved;
  private List<String> told = List.of();

  private record Named(Actor actor, byte[] sha256) {}

  /** A file that is not understood, and what to change. */
  private static final class Bad extends Exception {
    private static final long serialVersionUID = 1L;

    Bad(String what) {
      super(what, null, false, false);
    }
  }

  /** @param reserved a name that no file may take */
  NamedTokens(Path folder, String reserved) {
    this.folder = folder;
    this.reserved = reserved;
  }

  @Override
  public Optional<Actor> authenticate(String token) {
    byte[] digest = FileToken.sha256(token);
    Optional<Actor> found = Optional.empty();
    List<String> problems = new ArrayList<>();
    for (Named named : read(problems)) {
      if (MessageDigest.isEqual(named.sha256, digest)) {
        found = Optional.of(named.actor);
      }
    }
    tell(problems);
    return found;
  }

  /** What is wrong with the files as they are now: the file, the line and what to change. */
  List<String> problems() {
    List<String> problems = new ArrayList<>();
    read(problems);
    tell(problems);
    return problems;
  }

  private synchronized void tell(List<String> problems) {
    problems.stream().filter(problem -> !told.contains(problem)).forEach(problem -> LOG.warn("a named token is not good: {}", problem));
    told = List.copyOf(problems);
  }

  private List<Named> read(List<String> problems) {
    List<Named> good = new ArrayList<>();
    for (Path file : files(problems)) {
      try {
        Named named = named(file);
        if (good.stream().anyMatch(other -> Arrays.equals(other.sha256, named.sha256))) {
          throw new Bad(file + ": another file has the same sha256: one token, one name");
        }
        good.add(named);
      } catch (NoSuchFileException e) {
        // taken away in this moment
      } catch (CharacterCodingException e) {
        problems.add(file + ": is not text");
      } catch (IOException e) {
        problems.add(file + ": cannot be read (" + e.getMessage() + ")");
      } catch (Bad e) {
        problems.add(String.valueOf(e.getMessage()));
      }
    }
    return good;
  }

  /** By name. Hidden files (an editor's, a mounted Secret's) are not tokens. */
  private List<Path> files(List<String> problems) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(file -> !name(file).startsWith(".") && !name(file).endsWith("~")).sorted().toList();
    } catch (IOException e) {
      problems.add(folder + ": cannot be read (" + e.getMessage() + ")");
      return List.of();
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private Named named(Path file) throws IOException, Bad {
    String name = name(file);
    if (!name.matches(NAME)) {
      throw new Bad(file + ": a token's name has 1 to 63 of A-Z a-z 0-9 . _ @ -, the first and last a letter or digit");
    }
    if (name.equals(reserved)) {
      throw new Bad(file + ": the name " + reserved + " is that of admin.token; take another");
    }
    if (!Files.isRegularFile(file) || Files.size(file) > LARGEST_BYTES) {
      throw new Bad(file + ": must be a file of at most " + LARGEST_BYTES + " bytes");
    }
    Role role = null;
    byte[] sha256 = null;
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      String where = file + " line " + (i + 1) + ": ";
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int colon = line.indexOf(':');
      String value = colon < 0 ? "" : line.substring(colon + 1).strip();
      switch (colon < 0 ? "" : line.substring(0, colon).strip()) {
        case "role" -> role = once(role, role(value, where), where);
        case "sha256" -> sha256 = once(sha256, sha256(value, where), where);
        default -> throw new Bad(where + "expected role: viewer, operator or treasurer, or sha256: and 64 hex digits");
      }
    }
    if (role == null || sha256 == null) {
      throw new Bad(file + " line " + (lines.size() + 1) + ": " + (role == null ? "role: viewer, operator or treasurer" : "sha256: with the SHA-256 of the token in hex") + " is missing");
    }
    return new Named(new Actor(name, role), sha256);
  }

  private static <T> T once(@Nullable T before, T now, String where) throws Bad {
    if (before != null) {
      throw new Bad(where + "stands twice; leave one");
    }
    return now;
  }

  private static Role role(String text, String where) throws Bad {
    for (Role role : Role.values()) {
      if (role.name().toLowerCase(Locale.ROOT).equals(text)) {
        return role;
      }
    }
    throw new Bad(where + "role must be viewer, operator or treasurer");
  }

  /** What stands there is not repeated: it may be the token itself, put in the wrong place. */
  private static byte[] sha256(String text, String where) throws Bad {
    if (!text.matches("[0-9a-fA-F]{64}")) {
      throw new Bad(where + "sha256 must be 64 hex digits: the SHA-256 of the token, not the token");
    }
    return HexFormat.of().parseHex(text);
  }
}
