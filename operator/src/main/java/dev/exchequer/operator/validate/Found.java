package dev.exchequer.operator.validate;

import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with one document. */
final class Found {
  private final Document document;
  private final List<Diagnostic> diagnostics = new ArrayList<>();

  Found(Document document) {
    this.document = document;
  }

  Document document() {
    return document;
  }

  void error(String code, String field, String message) {
    diagnostics.add(Diagnostic.error(document, code, field, message));
  }

  void warning(String code, String field, String message) {
    diagnostics.add(Diagnostic.warning(document, code, field, message));
  }

  void add(Diagnostic diagnostic) {
    diagnostics.add(diagnostic);
  }

  boolean isEmpty() {
    return diagnostics.isEmpty();
  }

  boolean hasErrors() {
    return diagnostics.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.error);
  }

  List<Diagnostic> diagnostics() {
    return List.copyOf(diagnostics);
  }
}
