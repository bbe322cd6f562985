package dev.exchequer.operator.status;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An object as the API server has it.
 *
 * @param document without what changes when nothing was written by people
 * @param version the API server's, for this very form
 * @param status null = none yet
 * @param deletedAt when it was asked to go; null = it stays
 * @param finalizers what it waits for before it goes
 */
public record Live(Document document, String uid, String version, @Nullable JsonNode status, @Nullable Instant deletedAt, List<String> finalizers) {
  public Live {
    finalizers = List.copyOf(finalizers);
  }

  public ObjectKey key() {
    return document.key();
  }

  /** In the form that was judged, which an informer may be ahead of. */
  public Live as(Document judged) {
    return new Live(judged, uid, version, status, deletedAt, finalizers);
  }
}
