package dev.exchequer.policy;

import java.util.List;

/** A model name, or a prefix with a trailing "*". Case-sensitive. */
public record ModelPattern(String text) {
  public ModelPattern {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("an empty model pattern");
    }
  }

  public boolean prefix() {
    return text.endsWith("*");
  }

  public boolean matches(String model) {
    return prefix() ? model.regionMatches(0, text, 0, text.length() - 1) && model.length() >= text.length() - 1 : model.equals(text);
  }

  public static boolean anyMatches(List<ModelPattern> patterns, String model) {
    for (ModelPattern pattern : patterns) {
      if (pattern.matches(model)) {
        return true;
      }
    }
    return false;
  }
}
