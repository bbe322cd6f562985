package dev.exchequer.server.store.postgres;

/**
 * Text of callers as a column. PostgreSQL has no NUL in its text, and UTF-8 no lone surrogates; a JSON string has both. They are written as U+0001 and four hex
 * digits, and so is U+0001 itself: different texts stay different.
 */
final class ColumnText {
  private static final char ESCAPE = '\u0001';

  private ColumnText() {}

  static String encoded(String text) {
    StringBuilder encoded = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
      if (c == 0 || c == ESCAPE || Character.isSurrogate(c) && !pair) {
        encoded = encoded == null ? new StringBuilder(text.length() + 8).append(text, 0, i) : encoded;
        encoded.append(ESCAPE).append(String.format("%04x", (int) c));
      } else if (encoded != null) {
        encoded.append(c);
      }
      if (pair) {
        i++;
        if (encoded != null) {
          encoded.append(text.charAt(i));
        }
      }
    }
    return encoded == null ? text : encoded.toString();
  }

  /** JSON that UTF-8 can carry: a lone surrogate in one of its strings as JSON's own escape. */
  static String json(String json) {
    StringBuilder carried = null;
    int from = 0;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c) && i + 1 < json.length() && Character.isLowSurrogate(json.charAt(i + 1))) {
        i++;
        continue;
      }
      carried = carried == null ? new StringBuilder(json.length() + 8) : carried;
      carried.append(json, from, i).append(String.format("\\u%04x", (int) c));
      from = i + 1;
    }
    return carried == null ? json : carried.append(json, from, json.length()).toString();
  }

  static String decoded(String column) {
    int escape = column.indexOf(ESCAPE);
    if (escape < 0) {
      return column;
    }
    StringBuilder text = new StringBuilder(column.length());
    int from = 0;
    while (escape >= 0) {
      text.append(column, from, escape).append((char) Integer.parseInt(column, escape + 1, escape + 5, 16));
      from = escape + 5;
      escape = column.indexOf(ESCAPE, from);
    }
    return text.append(column, from, column.length()).toString();
  }
}
