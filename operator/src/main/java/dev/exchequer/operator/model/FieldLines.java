package dev.exchequer.operator.model;

import java.util.Map;

/** On which line of its file each field stands, by path ("spec.hops[0].name"), "" = the document itself. */
public record FieldLines(Map<String, Integer> lines) {
  public static final FieldLines UNKNOWN = new FieldLines(Map.of());

  public FieldLines {
    lines = Map.copyOf(lines);
  }

  /** The field's line, or that of the nearest enclosing field that is there; 0 = unknown. */
  public int of(String path) {
    String at = path;
    while (true) {
      Integer line = lines.get(at);
      if (line != null) {
        return line;
      }
      if (at.isEmpty()) {
        return 0;
      }
      at = at.substring(0, Math.max(0, Math.max(at.lastIndexOf('.'), at.lastIndexOf('['))));
    }
  }
}
