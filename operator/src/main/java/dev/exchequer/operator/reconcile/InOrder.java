package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.model.Document;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts documents by key. Caches hand them out in any order, each time nearly the same ones: those that were there last time are put where they were. Called by one thread at a time. */
final class InOrder {
  private static final Comparator<Document> BY_KEY = Comparator.comparing(Document::key);

  private Map<Document, Integer> places = new IdentityHashMap<>();

  List<Document> of(List<Document> documents) {
    @Nullable Document[] known = new Document[places.size()];
    List<Document> fresh = new ArrayList<>();
    for (Document document : documents) {
      Integer place = places.get(document);
      if (place == null || known[place] != null) {
        fresh.add(document);
      } else {
        known[place] = document;
      }
    }
    fresh.sort(BY_KEY);
    List<Document> sorted = merged(known, fresh);
    if (!fresh.isEmpty() || sorted.size() != places.size()) {
      places = new IdentityHashMap<>(2 * sorted.size());
      for (int i = 0; i < sorted.size(); i++) {
        places.put(sorted.get(i), i);
      }
    }
    return sorted;
  }

  private static List<Document> merged(@Nullable Document[] known, List<Document> fresh) {
    List<Document> sorted = new ArrayList<>(known.length + fresh.size());
    int next = 0;
    for (Document document : known) {
      if (document == null) {
        continue;
      }
      while (next < fresh.size() && BY_KEY.compare(fresh.get(next), document) < 0) {
        sorted.add(fresh.get(next++));
      }
      sorted.add(document);
    }
    sorted.addAll(fresh.subList(next, fresh.size()));
    return sorted;
  }
}
