package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.model.Document;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sorts documents by key. Caches hand them out in any order, each time nearly the same ones: those that were there last time are put where they were. Called by one thread at a time. */
final class InOrder {
  private static final Comparator<Document> BY_KEY = Comparator.comparing(Document::key);

  /** As they were handed in. */
  private List<Document> last = List.of();
  /** Of each of them, where it stands in {@link #sorted}. */
  private int[] places = new int[0];
  private List<Document> sorted = List.of();

  List<Document> of(List<Document> documents) {
    sorted = namedAsBefore(documents) ? replaced(documents) : sorted(documents);
    last = sorted.size() == places.length ? List.copyOf(documents) : List.of();
    return sorted;
  }

  @SuppressWarnings("ReferenceEquality") // most are the same object; the others are looked into
  private boolean namedAsBefore(List<Document> documents) {
    if (documents.size() != last.size()) {
      return false;
    }
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i) != last.get(i) && !documents.get(i).key().equals(last.get(i).key())) {
        return false;
      }
    }
    return true;
  }

  private List<Document> replaced(List<Document> documents) {
    Document[] now = new Document[documents.size()];
    for (int i = 0; i < now.length; i++) {
      now[places[i]] = documents.get(i);
    }
    return Collections.unmodifiableList(Arrays.asList(now));
  }

  private List<Document> sorted(List<Document> documents) {
    Map<Document, Integer> before = placesOf(sorted);
    @Nullable Document[] known = new Document[sorted.size()];
    List<Document> fresh = new ArrayList<>();
    for (Document document : documents) {
      Integer place = before.get(document);
      if (place == null || known[place] != null) {
        fresh.add(document);
      } else {
        known[place] = document;
      }
    }
    fresh.sort(BY_KEY);
    List<Document> now = merged(known, fresh);
    Map<Document, Integer> after = placesOf(now);
    places = after.size() == now.size() ? documents.stream().mapToInt(after::get).toArray() : new int[0]; // none twice
    return Collections.unmodifiableList(now);
  }

  private static Map<Document, Integer> placesOf(List<Document> documents) {
    Map<Document, Integer> places = new IdentityHashMap<>(documents.size());
    for (int i = 0; i < documents.size(); i++) {
      places.put(documents.get(i), i);
    }
    return places;
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
