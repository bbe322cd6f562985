package dev.exchequer.server.store;

import dev.exchequer.server.store.LedgerHistory.RefusalRow;

/** Where a page of counted refusals ends: second, key and code, which neither contains a comma. */
final class RefusalCursor {
  private RefusalCursor() {}

  static String write(RefusalRow last) {
    return last.secondMs() + "," + last.apiKey() + "," + last.code();
  }

  /** @throws IllegalArgumentException if it is not such a text */
  static RefusalRow read(String cursor) {
    String[] parts = cursor.split(",", -1);
    try {
      if (parts.length == 3) {
        return new RefusalRow(parts[1], Long.parseLong(parts[0]), parts[2], 0);
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a cursor of this list: " + cursor, e);
    }
    throw new IllegalArgumentException("not a cursor of this list: " + cursor);
  }
}
