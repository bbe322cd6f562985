package dev.exchequer.operator.validate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Nearest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One object alone: its schema, its rules, and what neither can say. */
record ObjectCheck(Schemas schemas) {
  private static final Set<String> ROOT_FIELDS = Set.of("apiVersion", "kind", "metadata", "spec", "status");
  private static final Set<String> METADATA_FIELDS =
      Set.of(
          "name", "namespace", "labels", "annotations", "generation", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp",
          "deletionGracePeriodSeconds", "finalizers", "generateName", "managedFields", "ownerReferences", "selfLink");
  private static final Set<String> SECRET_FIELDS = Set.of("apiVersion", "kind", "metadata", "type", "immutable", "data", "stringData");

  /** @param before its last good form, null = none */
  Found check(Document document, @Nullable Document before) {
    Found found = new Found(document);
    JsonNode content = document.content();
    knownFields(content, "", ROOT_FIELDS, found);
    knownFields(content.path("metadata"), "metadata.", METADATA_FIELDS, found);
    if (content.has("spec")) {
      new SchemaCheck(found).value(schemas.of(document.kind()).path("properties").path("spec"), content.path("spec"), "spec");
    } else {
      found.error("Required", "spec", "is required");
    }
    Found deeper = new Found(document);
    Rules.check(document, before, deeper);
    Semantics.check(document, deeper);
    List<Diagnostic> bySchema = found.diagnostics();
    // as at the API server, a rule has nothing to say of a value whose shape is wrong
    deeper.diagnostics().stream().filter(d -> bySchema.stream().noneMatch(s -> related(s, d))).forEach(found::add);
    return found;
  }

  /** A Secret has no definition of ours; a wrong value in it is found here. */
  static List<Diagnostic> secret(Document secret) {
    Found found = new Found(secret);
    knownFields(secret.content(), "", SECRET_FIELDS, found);
    knownFields(secret.content().path("metadata"), "metadata.", METADATA_FIELDS, found);
    for (String field : List.of("data", "stringData")) {
      JsonNode values = secret.content().path(field);
      if (!values.isMissingNode() && !values.isNull() && !values.isObject()) {
        found.error("WrongType", field, "must be an object");
      }
      values
          .fields()
          .forEachRemaining(
              entry -> {
                if (!entry.getValue().isTextual()) {
                  found.error("WrongType", field + "." + entry.getKey(), "must be a string: put it in quotes");
                }
              });
    }
    return found.diagnostics();
  }

  /** Of a Namespace only the labels are read. */
  static List<Diagnostic> namespace(Document namespace) {
    Found found = new Found(namespace);
    knownFields(namespace.content(), "", ROOT_FIELDS, found);
    knownFields(namespace.content().path("metadata"), "metadata.", METADATA_FIELDS, found);
    namespace
        .content()
        .path("metadata")
        .path("labels")
        .fields()
        .forEachRemaining(
            label -> {
              if (!label.getValue().isTextual()) {
                found.error("WrongType", "metadata.labels." + label.getKey(), "must be a string: put it in quotes");
              }
            });
    return found.diagnostics();
  }

  private static void knownFields(JsonNode content, String path, Set<String> known, Found found) {
    List<String> names = new ArrayList<>();
    content.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      if (!known.contains(name)) {
        found.error("UnknownField", path + name, "unknown field" + Nearest.suggestion(name, known));
      }
    }
  }

  private static boolean related(Diagnostic a, Diagnostic b) {
    String one = String.valueOf(a.field());
    String other = String.valueOf(b.field());
    return within(one, other) || within(other, one);
  }

  private static boolean within(String inner, String outer) {
    return inner.equals(outer) || inner.startsWith(outer + ".") || inner.startsWith(outer + "[");
  }
}
