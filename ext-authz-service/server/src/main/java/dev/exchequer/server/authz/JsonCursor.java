package dev.exchequer.server.authz;

import java.nio.charset.StandardCharsets;

/**
 * A strict reader of RFC 8259 text that never leaves the bytes: it knows where each token stands, which is what editing without re-serialising needs.
 * UTF-8 is checked, lone surrogates and raw control characters are refused. Positions are relative to the first byte of the text.
 *
 * <p>One value is consumed once; nothing is allocated but the strings that a caller asks for.
 */
final class JsonCursor {
  static final int MAX_DEPTH = 512;

  private final byte[] bytes;
  private final int from;
  private final int end;
  private final JsonStringScan strings;
  private int at;
  private int stringStart;
  private int stringEnd;
  private int nameStart;
  private int nameEnd;
  private int colon;
  private int comma = -1;
  private long textBytes;

  JsonCursor(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.end = from + length;
    this.at = from;
    this.strings = new JsonStringScan(bytes, from, end);
  }

  /** Of the next byte that was not read. */
  int position() {
    return at - from;
  }

  /** UTF-8 bytes of all string values (not of member names) so far, unescaped. */
  long textBytes() {
    return textBytes;
  }

  /** Position of the comma that {@link #more} took last, -1 = none yet. */
  int comma() {
    return comma;
  }

  int colon() {
    return colon;
  }

  int nameStart() {
    return nameStart;
  }

  int nameEnd() {
    return nameEnd;
  }

  /** The bytes of [start, stop) as they stand, one character each. */
  String raw(int start, int stop) {
    return new String(bytes, from + start, stop - start, StandardCharsets.ISO_8859_1);
  }

  /** The next byte after white space, not consumed. */
  byte peek() {
    while (at < end) {
      byte c = bytes[at];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        return c;
      }
      at++;
    }
    throw bad("it ends too early");
  }

  void open(char bracket) {
    if (peek() != bracket) {
      throw bad("'" + bracket + "' is missing");
    }
    at++;
  }

  /** Whether there is another member or element; takes the comma or the closing bracket. */
  boolean more(char close, boolean first) {
    byte c = peek();
    if (c == close) {
      at++;
      return false;
    }
    if (first) {
      return true;
    }
    if (c != ',') {
      throw bad("',' or '" + close + "' is missing");
    }
    comma = at - from;
    at++;
    return true;
  }

  /** A member's name and its colon. */
  void name() {
    string();
    nameStart = stringStart - from;
    nameEnd = stringEnd - from;
    if (peek() != ':') {
      throw bad("':' is missing");
    }
    colon = at - from;
    at++;
  }

  /** A string as a value. */
  void text() {
    textBytes += string();
  }

  /** Content of the string or name that was read last. */
  String lastString() {
    return strings.content(stringStart, stringEnd);
  }

  /** Whether the string or name that was read last has this content; allocates only where it was written with escapes. */
  boolean lastIs(String ascii) {
    if (strings.shrink() != 0) {
      return lastString().equals(ascii);
    }
    int length = ascii.length();
    if (stringEnd - stringStart - 2 != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (bytes[stringStart + 1 + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Any value.
   *
   * @param depth of the value that is read: 1 for the text's own
   */
  void skip(int depth) {
    byte c = peek();
    switch (c) {
      case '"' -> text();
      case '{' -> {
        enter(depth);
        for (boolean first = true; more('}', first); first = false) {
          name();
          skip(depth + 1);
        }
      }
      case '[' -> {
        enter(depth);
        for (boolean first = true; more(']', first); first = false) {
          skip(depth + 1);
        }
      }
      case 't' -> literal("true");
      case 'f' -> literal("false");
      case 'n' -> literal("null");
      default -> number();
    }
  }

  private void enter(int depth) {
    if (depth > MAX_DEPTH) {
      throw bad("it is nested deeper than " + MAX_DEPTH);
    }
    at++;
  }

  void literal(String word) {
    if (end - at < word.length()) {
      throw bad("it ends too early");
    }
    for (int i = 0; i < word.length(); i++) {
      if (bytes[at + i] != word.charAt(i)) {
        throw bad("no such value");
      }
    }
    at += word.length();
  }

  void endOfText() {
    while (at < end) {
      byte c = bytes[at];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
        throw bad("something follows the object");
      }
      at++;
    }
  }

  private void number() {
    if (bytes[at] == '-') {
      at++;
    }
    if (at < end && bytes[at] == '0') {
      at++;
    } else {
      digits();
    }
    if (at < end && bytes[at] == '.') {
      at++;
      digits();
    }
    if (at < end && (bytes[at] == 'e' || bytes[at] == 'E')) {
      at++;
      if (at < end && (bytes[at] == '+' || bytes[at] == '-')) {
        at++;
      }
      digits();
    }
  }

  private void digits() {
    int start = at;
    while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == start) {
      throw bad("no such value");
    }
  }

  private int string() {
    if (peek() != '"') {
      throw bad("a string is missing");
    }
    stringStart = at;
    at = strings.past(at);
    stringEnd = at;
    return stringEnd - stringStart - 2 - strings.shrink();
  }

  private BadBody bad(String what) {
    return bad(what, at - from);
  }

  static BadBody bad(String what, int position) {
    return new BadBody(null, "The body is not valid JSON: " + what + " (byte " + position + ").");
  }
}
