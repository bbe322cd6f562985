package dev.exchequer.server.store.chain;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * How far somebody has read each chain: everything up to these numbers. As text `1:812,3:40`, chains by their id; `0` is before everything.
 *
 * @param read by chain, the number read last; chains of which nothing was read are left out
 */
public record Cursor(Map<Integer, Long> read) {
  public static final Cursor START = new Cursor(Map.of());

  private static final int MOST_CHAINS = 100_000;

  public Cursor {
    TreeMap<Integer, Long> sorted = new TreeMap<>(read);
    sorted.values().removeIf(number -> number == 0);
    if (!sorted.isEmpty() && sorted.firstKey() < 1 || sorted.values().stream().anyMatch(number -> number < 0)) {
      throw new IllegalArgumentException("chains and numbers are positive");
    }
    read = java.util.Collections.unmodifiableMap(sorted);
  }

  /** @throws IllegalArgumentException if it is no cursor */
  public static Cursor parse(String text) {
    if (text.equals("0")) {
      return START;
    }
    Map<Integer, Long> read = new TreeMap<>();
    try {
      for (String each : text.split(",", MOST_CHAINS)) {
        int colon = each.indexOf(':');
        if (read.put(Integer.parseInt(each.substring(0, colon)), Long.parseLong(each.substring(colon + 1))) != null) {
          throw new IllegalArgumentException("twice the same chain");
        }
      }
      return new Cursor(read);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("not a cursor: \"" + text + "\" (give one that an export told, or 0 for the beginning)", e);
    }
  }

  /** The number of a chain that was read last, 0 = none. */
  public long of(int chain) {
    return read.getOrDefault(chain, 0L);
  }

  /** Whether all that this has read the other has too. */
  public boolean within(Cursor other) {
    return read.entrySet().stream().allMatch(each -> each.getValue() <= other.of(each.getKey()));
  }

  @Override
  public String toString() {
    if (read.isEmpty()) {
      return "0";
    }
    StringJoiner text = new StringJoiner(",");
    read.forEach((chain, number) -> text.add(chain + ":" + number));
    return text.toString();
  }
}
