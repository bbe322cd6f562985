package dev.exchequer.cli.prices;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What of the wanted models is not in the sheet, and why; and what the sheet asks of routes. */
final class ImportReport {
  private static final int NAMED = 5;

  private final Map<String, List<String>> leftOut = new TreeMap<>();
  private final Map<String, List<String>> notUnderstood = new TreeMap<>();
  private final Map<String, List<String>> toDeclare = new TreeMap<>();

  /** The model is not in the sheet at all, so a hop to it is refused as long as nothing else prices it. */
  void leftOut(String model, String why) {
    leftOut.computeIfAbsent(why, key -> new ArrayList<>()).add(model);
  }

  /** The model is in the sheet without this price of it. */
  void notUnderstood(String model, String field) {
    notUnderstood.computeIfAbsent(field, key -> new ArrayList<>()).add(model);
  }

  /** Nothing of a catalogue bounds how many there are in a request: that is the hop's to say. */
  void pricesToolCalls(String model) {
    toDeclare.computeIfAbsent("ToolCall has a price: their hops need maxToolCalls (0 = none), without it they are refused", key -> new ArrayList<>()).add(model);
  }

  /** A line for each reason with the first models, "" where there is nothing to tell. */
  String text() {
    StringBuilder text = new StringBuilder();
    section(text, "Left out", leftOut);
    section(text, "In the sheet without a price that is not understood", notUnderstood);
    section(text, "In the sheet, and to be declared elsewhere", toDeclare);
    return text.toString();
  }

  private static void section(StringBuilder text, String title, Map<String, List<String>> models) {
    if (models.isEmpty()) {
      return;
    }
    text.append(title).append(":\n");
    models.forEach(
        (why, names) ->
            text.append("  ").append(why).append(": ").append(String.join(", ", names.subList(0, Math.min(NAMED, names.size()))))
                .append(names.size() > NAMED ? " and " + (names.size() - NAMED) + " more" : "").append('\n'));
  }
}
