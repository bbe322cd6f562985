package dev.exchequer.operator.status;

import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Diagnostics by the object that they are about. */
record Findings(Map<String, List<Diagnostic>> byObject) {
  private static final String LAST_GOOD = "LastGoodServes";
  private static final Set<String> OF_REFERENCES = Set.of("RefNotFound", "RefNotPermitted", "RefInvalid", "RefNotCreated", "SecretInvalid", "VariableUnset", "KeyTooShort");

  static Findings of(List<Diagnostic> diagnostics) {
    return new Findings(diagnostics.stream().filter(d -> d.object() != null).collect(Collectors.groupingBy(d -> String.valueOf(d.object()))));
  }

  List<Diagnostic> errors(ObjectKey key) {
    return about(key, d -> d.severity() == Diagnostic.Severity.error);
  }

  /** Of the object itself. */
  List<Diagnostic> ownErrors(ObjectKey key) {
    return errors(key).stream().filter(d -> !OF_REFERENCES.contains(d.code())).toList();
  }

  /** Of what it names. */
  List<Diagnostic> referenceErrors(ObjectKey key) {
    return errors(key).stream().filter(d -> OF_REFERENCES.contains(d.code())).toList();
  }

  List<Diagnostic> warnings(ObjectKey key) {
    return about(key, d -> d.severity() == Diagnostic.Severity.warning && !d.code().equals(LAST_GOOD));
  }

  boolean lastGoodServes(ObjectKey key) {
    return !about(key, d -> d.code().equals(LAST_GOOD)).isEmpty();
  }

  private List<Diagnostic> about(ObjectKey key, Predicate<Diagnostic> which) {
    return byObject.isEmpty() ? List.of() : byObject.getOrDefault(key.toString(), List.of()).stream().filter(which).toList();
  }

  /** "field: message", one after the other. */
  static String text(List<Diagnostic> findings) {
    return findings.stream().map(d -> d.field() == null ? d.message() : d.field() + ": " + d.message()).collect(Collectors.joining("; "));
  }
}
