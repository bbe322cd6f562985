package dev.exchequer.operator.model;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** The known name that was probably meant. */
public final class Nearest {
  private Nearest() {}

  /** ", did you mean X?" or "". */
  public static String suggestion(String written, Collection<String> known) {
    return of(written, known).map(name -> ", did you mean " + name + "?").orElse("");
  }

  static Optional<String> of(String written, Collection<String> known) {
    String best = null;
    int least = Math.max(1, written.length() / 3) + 1;
    for (String name : known.stream().sorted().toList()) {
      int distance = distance(written.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
      if (distance < least) {
        least = distance;
        best = name;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Levenshtein: insertions, deletions and replacements. */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
