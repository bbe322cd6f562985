package dev.exchequer.cli.up;

import org.jspecify.annotations.Nullable;

/**
 * Something about an object of the configuration that a person should know.
 *
 * @param object kind and namespace/name, null where a document is not even an object
 * @param line of {@code file}, from 1; 0 = the whole file
 * @param field path inside the object
 */
public record Finding(Severity severity, String code, @Nullable String object, String file, int line, @Nullable String field, String message) {
  /** An object with an error is left out; one with a warning serves. */
  public enum Severity {
    error, warning
  }

  /** {@code config/routes.yaml:12: error: ModelRoute default/chat: spec.hops[0]: ... [code]}. */
  public String text() {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line);
    }
    text.append(": ").append(severity).append(": ");
    if (object != null) {
      text.append(object).append(": ");
    }
    if (field != null && !field.isEmpty()) {
      text.append(field).append(": ");
    }
    return text.append(message).append(" [").append(code).append(']').toString();
  }
}
