package dev.exchequer.server.authz;

import java.nio.charset.StandardCharsets;

/** Content of a JSON string that was already checked. */
final class JsonUnescape {
  private JsonUnescape() {}

  static String text(byte[] bytes, int start, int length) {
    String raw = new String(bytes, start, length, StandardCharsets.UTF_8);
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
}
