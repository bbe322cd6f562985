package dev.exchequer.server.authz;

/** Values of a body's members that must have a certain type. */
final class BodyFields {
  private BodyFields() {}

  /** True or false; null is false. */
  static boolean bool(JsonCursor json, String param) {
    switch (json.peek()) {
      case 't' -> {
        json.literal("true");
        return true;
      }
      case 'f' -> json.literal("false");
      case 'n' -> json.literal("null");
      default -> throw new BadBody(param, "`" + param + "` must be true or false.");
    }
    return false;
  }

  /** A string, "" for null. */
  static String limited(JsonCursor json, String param, int max) {
    if (json.peek() == 'n') {
      json.literal("null");
      return "";
    }
    if (json.peek() != '"') {
      throw new BadBody(param, "`" + param + "` must be a string.");
    }
    json.text();
    String text = json.lastString();
    if (!CallerAttributes.printable(text, max)) {
      throw new BadBody(param, "`" + param + "` must have at most " + max + " printable characters.");
    }
    return text;
  }

  /** A whole number written as digits only; -1 for null. */
  static long whole(JsonCursor json, String param, long min, long max) {
    byte c = json.peek();
    if (c == 'n') {
      json.literal("null");
      return -1;
    }
    int start = json.position();
    if (c >= '0' && c <= '9') {
      json.skip(2);
      String digits = json.position() - start > 18 ? "" : json.raw(start, json.position());
      if (!digits.isEmpty() && digits.chars().allMatch(d -> d >= '0' && d <= '9')) {
        long value = Long.parseLong(digits);
        if (value >= min && value <= max) {
          return value;
        }
      }
    }
    throw new BadBody(param, "`" + param + "` must be a whole number from " + min + " to " + max + ".");
  }
}
