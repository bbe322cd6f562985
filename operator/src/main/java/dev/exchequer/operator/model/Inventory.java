package dev.exchequer.operator.model;

import dev.exchequer.identity.ObjectName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All objects at one moment, one document a name. Immutable; every stage reads it and none changes it. */
public final class Inventory {
  private final Map<ObjectKey, Document> objects;
  private final Secrets secrets;
  private final Namespaces namespaces;
  private final List<Document> all;
  /** Sorted by name: every stage goes through all of one kind, some of them for each object of another. */
  private final Map<String, List<Document>> byKind = new HashMap<>();

  /** @param objects by their own keys */
  private Inventory(Map<ObjectKey, Document> objects, Secrets secrets, Namespaces namespaces) {
    // hashed and sorted once, as thousands of objects are looked up on every change and nearly all come sorted
    List<Document> sorted = new ArrayList<>(objects.values());
    sorted.sort(Comparator.comparing(Document::key));
    Map<ObjectKey, Document> inOrder = LinkedHashMap.newLinkedHashMap(sorted.size());
    sorted.forEach(document -> inOrder.put(document.key(), document));
    this.objects = Collections.unmodifiableMap(inOrder);
    this.secrets = secrets;
    this.namespaces = namespaces;
    sorted.forEach(document -> byKind.computeIfAbsent(document.kind(), kind -> new ArrayList<>()).add(document));
    this.all = Collections.unmodifiableList(sorted);
    byKind.replaceAll((kind, documents) -> Collections.unmodifiableList(documents));
  }

  /** What a reading became. */
  public record Built(Inventory inventory, List<Diagnostic> problems) {}

  public static Inventory empty() {
    return new Inventory(Map.of(), Secrets.none(), Namespaces.none());
  }

  /**
   * @param before the picture before this one: what it had from a file that cannot be read now is still there, a typo deletes nothing
   * @param kinds the kinds that this product has
   */
  public static Built of(Reading reading, Inventory before, Set<String> kinds, Map<String, String> environment) {
    Map<ObjectKey, Document> objects = LinkedHashMap.newLinkedHashMap(reading.documents().size());
    SortedMap<ObjectName, Document> secrets = new TreeMap<>();
    SortedMap<String, Document> namespaces = new TreeMap<>();
    List<Diagnostic> problems = new ArrayList<>(reading.problems());
    for (Document document : reading.documents()) {
      if (document.apiVersion().equals("v1") && document.kind().equals("Secret")) {
        report(secrets.putIfAbsent(document.name(), document), document, problems);
      } else if (document.apiVersion().equals("v1") && document.kind().equals("Namespace")) {
        report(namespaces.putIfAbsent(document.name().name(), document), document, problems);
      } else if (document.apiVersion().equals(Document.API_VERSION) && kinds.contains(document.kind())) {
        report(objects.putIfAbsent(document.key(), document), document, problems);
      } else {
        problems.add(unknownKind(document, kinds));
      }
    }
    Set<String> unreadable = reading.problems().stream().flatMap(problem -> Stream.ofNullable(problem.file())).collect(Collectors.toSet());
    before.objects.forEach((key, document) -> keep(document, unreadable, () -> objects.putIfAbsent(key, document)));
    before.secrets.documents().forEach((name, document) -> keep(document, unreadable, () -> secrets.putIfAbsent(name, document)));
    before.namespaces.documents().forEach((name, document) -> keep(document, unreadable, () -> namespaces.putIfAbsent(name, document)));
    return new Built(new Inventory(objects, new Secrets(secrets, environment), new Namespaces(namespaces)), List.copyOf(problems));
  }

  private static void keep(Document document, Set<String> unreadable, Runnable keep) {
    if (document.file() != null && unreadable.contains(document.file())) {
      keep.run();
    }
  }

  private static void report(@Nullable Document earlier, Document document, List<Diagnostic> problems) {
    if (earlier != null) {
      problems.add(
          Diagnostic.error(
              document, "NameTaken", "metadata.name", "is already the name of the " + document.kind() + " at " + earlier.file() + ":" + earlier.line()));
    }
  }

  private static Diagnostic unknownKind(Document document, Set<String> kinds) {
    if (!document.apiVersion().startsWith("exchequer.dev/")) {
      return Diagnostic.warning(document, "KindIgnored", "kind", document.apiVersion() + " " + document.kind() + " is not read from files");
    }
    if (!document.apiVersion().equals(Document.API_VERSION)) {
      return Diagnostic.error(document, "KindUnknown", "apiVersion", "must be " + Document.API_VERSION);
    }
    return Diagnostic.error(document, "KindUnknown", "kind", "there is no kind " + document.kind() + Nearest.suggestion(document.kind(), kinds));
  }

  public Optional<Document> find(String kind, ObjectName name) {
    return Optional.ofNullable(objects.get(new ObjectKey(kind, name)));
  }

  /** Of this product's kinds; it is gone through by kind and name. */
  public Map<ObjectKey, Document> objects() {
    return objects;
  }

  /** The same, by kind and name. */
  public List<Document> all() {
    return all;
  }

  /** Of which there is one at least, sorted. */
  public SortedSet<String> kinds() {
    return new TreeSet<>(byKind.keySet());
  }

  public Secrets secrets() {
    return secrets;
  }

  public Namespaces namespaces() {
    return namespaces;
  }

  /** All of one kind, sorted by name. */
  public List<Document> ofKind(String kind) {
    return byKind.getOrDefault(kind, List.of());
  }

  /** The same moment with other objects. */
  public Inventory with(Map<ObjectKey, Document> others) {
    return new Inventory(others, secrets, namespaces);
  }
}
