package dev.exchequer.operator.model;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with what was read.
 *
 * @param code stable, e.g. "RefNotFound"; the reason of a condition in Kubernetes
 * @param object "Kind namespace/name", null where a file could not be read that far
 * @param file relative to the folder; null = not from a file
 * @param line from 1, 0 = unknown
 * @param field path in the resource, e.g. "spec.hops[0].providerRef.name"; null = the whole object
 */
@JsonPropertyOrder({"severity", "code", "object", "file", "line", "field", "message"})
public record Diagnostic(
    Severity severity, String code, @Nullable String object, @Nullable String file, int line, @Nullable String field, String message) {

  /** An error takes its object out (its last good form keeps serving); a warning changes nothing. */
  public enum Severity {
    error,
    warning
  }

  /** In the order in which a person reads files. */
  public static final Comparator<Diagnostic> BY_PLACE =
      Comparator.comparing((Diagnostic d) -> orEmpty(d.file))
          .thenComparingInt(Diagnostic::line)
          .thenComparing(d -> orEmpty(d.object))
          .thenComparing(d -> orEmpty(d.field))
          .thenComparing(Diagnostic::code)
          .thenComparing(Diagnostic::message);

  public static Diagnostic error(Document document, String code, String field, String message) {
    return of(Severity.error, document, code, field, message);
  }

  public static Diagnostic warning(Document document, String code, String field, String message) {
    return of(Severity.warning, document, code, field, message);
  }

  /** A file that cannot be read, or a document that is no object. */
  public static Diagnostic unreadable(String file, int line, String code, String message) {
    return new Diagnostic(Severity.error, code, null, file, line, null, message);
  }

  private static Diagnostic of(Severity severity, Document document, String code, String field, String message) {
    return new Diagnostic(
        severity, code, document.key().toString(), document.file(), document.lines().of(field), field.isEmpty() ? null : field, message);
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }
}
