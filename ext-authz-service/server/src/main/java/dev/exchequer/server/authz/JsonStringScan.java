package dev.exchequer.server.authz;

import java.nio.charset.StandardCharsets;

/** The strings of a JSON text: most of its bytes, so the plain ones are passed over in a loop of their own. */
final class JsonStringScan {
  private final byte[] bytes;
  private final int from;
  private final int end;
  private int shrink;

  JsonStringScan(byte[] bytes, int from, int end) {
    this.bytes = bytes;
    this.from = from;
    this.end = end;
  }

  /** By how many bytes the string passed last gets shorter when it is unescaped; 0 = it has no escapes. */
  int shrink() {
    return shrink;
  }

  /**
   * Checks a string.
   *
   * @param quote where it begins
   * @return the position after its closing quote
   */
  int past(int quote) {
    shrink = 0;
    int i = quote + 1;
    while (true) {
      byte c = 0;
      while (i < end && (c = bytes[i]) >= 0x20 && c != '"' && c != '\\') {
        i++;
      }
      if (i >= end) {
        throw bad("a string does not end", i);
      } else if (c == '"') {
        return i + 1;
      } else if (c == '\\') {
        i = escape(i);
      } else if (c < 0) {
        int next = Utf8.next(bytes, i, end);
        if (next < 0) {
          throw bad("it is not UTF-8", i);
        }
        i = next;
      } else {
        throw bad("a control character stands in a string", i);
      }
    }
  }

  private int escape(int i) {
    byte c = i + 1 < end ? bytes[i + 1] : 0;
    if (c != 'u') {
      if (c == 0 || "\"\\/bfnrt".indexOf(c) < 0) {
        throw bad("no such escape", i);
      }
      shrink++;
      return i + 2;
    }
    int unit = hex4(i + 2);
    if (Character.isLowSurrogate((char) unit)) {
      throw bad("half a surrogate pair", i);
    }
    if (!Character.isHighSurrogate((char) unit)) {
      shrink += 6 - (unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3);
      return i + 6;
    }
    if (i + 7 >= end || bytes[i + 6] != '\\' || bytes[i + 7] != 'u' || !Character.isLowSurrogate((char) hex4(i + 8))) {
      throw bad("half a surrogate pair", i);
    }
    shrink += 8;
    return i + 12;
  }

  private int hex4(int i) {
    int value = 0;
    for (int k = i; k < i + 4; k++) {
      int digit = k < end ? Character.digit(bytes[k], 16) : -1;
      if (digit < 0) {
        throw bad("no such escape", i);
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** Content of the string that was passed last, [start, stop) with its quotes. */
  String content(int start, int stop) {
    String raw = new String(bytes, start + 1, stop - start - 2, StandardCharsets.UTF_8);
    return shrink == 0 ? raw : unescaped(raw);
  }

  private static String unescaped(String raw) {
    StringBuilder out = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      char escaped = raw.charAt(++i);
      if (escaped == 'u') {
        out.append((char) Integer.parseInt(raw, i + 1, i + 5, 16));
        i += 4;
      } else {
        out.append(
            switch (escaped) {
              case 'b' -> '\b';
              case 'f' -> '\f';
              case 'n' -> '\n';
              case 'r' -> '\r';
              case 't' -> '\t';
              default -> escaped;
            });
      }
    }
    return out.toString();
  }

  private BadBody bad(String what, int at) {
    return JsonCursor.bad(what, at - from);
  }
}
