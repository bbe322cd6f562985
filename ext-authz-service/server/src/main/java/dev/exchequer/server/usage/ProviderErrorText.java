package dev.exchequer.server.usage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.exchequer.fallback.Evidence;
import java.io.IOException;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What may be shown of a provider's error body: message, type, param and code, short, without control characters, with everything that looks like a key masked. */
public final class ProviderErrorText {
  private static final int LONGEST = 1024;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** Group 1: a known prefix of keys. Else long runs, which are keys if they mix letters and digits. */
  private static final Pattern KEY_LIKE =
      Pattern.compile("(?i)(bearer\\s+\\S+|\\b(?:sk|pk|rk|exq|key|org|proj|AIza|ghp|xai|gsk)[-_][A-Za-z0-9._*-]{6,})|[A-Za-z0-9+/_=*-]{24,}");

  private ProviderErrorText() {}

  /** Null when the body says nothing in a form that is known. */
  public static Evidence.@Nullable ProviderError read(byte[] body) {
    if (body.length == 0) {
      return null;
    }
    try {
      JsonNode root = JSON.readTree(body);
      JsonNode error = root.path("error");
      if (error.isTextual()) {
        return new Evidence.ProviderError(clean(error.textValue()), "", null, null);
      }
      if (!error.isObject()) {
        return null;
      }
      return new Evidence.ProviderError(text(error, "message"), text(error, "type"), orNull(error, "param"), orNull(error, "code"));
    } catch (IOException cutOffOrNotJson) {
      return null;
    }
  }

  private static String text(JsonNode error, String name) {
    String value = orNull(error, name);
    return value == null ? "" : value;
  }

  private static @Nullable String orNull(JsonNode error, String name) {
    JsonNode value = error.path(name);
    return value.isValueNode() && !value.isNull() ? clean(value.asText()) : null;
  }

  static String clean(String text) {
    return cut(KEY_LIKE.matcher(printable(text)).replaceAll(match -> looksLikeKey(match) ? "[masked]" : Matcher.quoteReplacement(match.group())));
  }

  /** First of all: a control character inside a key must not keep it from being seen. */
  private static String printable(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\n' || c == '\r' || c == '\t' ? ' ' : c)
        .filter(c -> !Character.isISOControl(c) && !(c >= 0xD800 && c <= 0xDFFF))
        .forEach(plain::appendCodePoint);
    return plain.toString();
  }

  private static String cut(String text) {
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (bytes > LONGEST) {
        return text.substring(0, i);
      }
      i += Character.charCount(c);
    }
    return text;
  }

  private static boolean looksLikeKey(MatchResult match) {
    String run = match.group();
    boolean digit = run.chars().anyMatch(Character::isDigit) || run.indexOf('*') >= 0;
    return match.group(1) != null || digit || run.indexOf('-') < 0 && run.indexOf('_') < 0;
  }
}
