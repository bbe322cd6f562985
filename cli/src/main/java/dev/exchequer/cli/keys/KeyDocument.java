package dev.exchequer.cli.keys;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * One ApiKey in a text of YAML documents, and its list of credentials edited where it stands: comments, order and other documents stay as they are. Every
 * edit is read again; one that changed anything else is refused.
 */
final class KeyDocument {
  private static final int MOST_CREDENTIALS = 4;

  private final String text;
  private final String namespace;
  private final String name;
  private final MappingNode root;
  private final SequenceNode list;

  private KeyDocument(String text, String namespace, String name, MappingNode root, SequenceNode list) {
    this.text = text;
    this.namespace = namespace;
    this.name = name;
    this.root = root;
    this.list = list;
  }

  /** @throws IllegalArgumentException with what to change, if there is no such ApiKey, or two, or it has no list of credentials */
  static KeyDocument find(String text, String namespace, String name) {
    List<String> others = new ArrayList<>();
    MappingNode found = null;
    for (Node document : documents(text)) {
      if (!(document instanceof MappingNode map) || !scalar(map, "kind").equals("ApiKey") || !(child(map, "metadata") instanceof MappingNode metadata)) {
        continue;
      }
      String space = scalar(metadata, "namespace").isEmpty() ? "default" : scalar(metadata, "namespace");
      if (!space.equals(namespace) || !scalar(metadata, "name").equals(name)) {
        others.add(space + "/" + scalar(metadata, "name"));
      } else if (found != null) {
        throw new IllegalArgumentException("ApiKey " + namespace + "/" + name + " stands twice: leave one");
      } else {
        found = map;
      }
    }
    if (found == null) {
      throw new IllegalArgumentException(
          "no ApiKey " + namespace + "/" + name + (others.isEmpty() ? ", and no other: give the file that holds it" : "; there are " + String.join(", ", others)));
    }
    if (child(found, "spec") instanceof MappingNode spec
        && child(spec, "credentials") instanceof SequenceNode list
        && list.getValue().stream().allMatch(MappingNode.class::isInstance)) {
      return new KeyDocument(text, namespace, name, found, list);
    }
    throw new IllegalArgumentException("ApiKey " + namespace + "/" + name + " has no list spec.credentials");
  }

  private static List<Node> documents(String text) {
    LoaderOptions strict = new LoaderOptions();
    strict.setAllowDuplicateKeys(false);
    List<Node> documents = new ArrayList<>();
    try {
      new Yaml(strict).composeAll(new java.io.StringReader(text)).forEach(documents::add);
    } catch (MarkedYAMLException e) {
      Mark at = e.getProblemMark();
      throw new IllegalArgumentException("not YAML" + (at == null ? "" : ", line " + (at.getLine() + 1)) + ": " + e.getProblem(), e);
    }
    return documents;
  }

  List<String> credentials() {
    return list.getValue().stream().map(item -> scalar((MappingNode) item, "name")).toList();
  }

  /** A name that no credential has: key-2, key-3, ... */
  String freeName() {
    int n = credentials().size() + 1;
    while (credentials().contains("key-" + n)) {
      n++;
    }
    return "key-" + n;
  }

  /** The document alone, without the separators around it. */
  String alone() {
    String alone = text.substring(at(root.getStartMark()), at(root.getEndMark())).stripTrailing();
    return alone + "\n";
  }

  /** @throws IllegalArgumentException with what to do, if it cannot be added where the list stands */
  KeyDocument with(String credential, String sha256) {
    if (credentials().contains(credential)) {
      throw new IllegalArgumentException("ApiKey " + name + " has a credential " + credential + " already: take another name with --credential, or revoke that one");
    }
    if (list.getValue().size() >= MOST_CREDENTIALS) {
      throw new IllegalArgumentException("ApiKey " + name + " has " + MOST_CREDENTIALS + " credentials (" + String.join(", ", credentials()) + "): revoke one first");
    }
    String item = "{name: " + credential + ", sha256: \"" + sha256 + "\"}";
    List<String> expected = new ArrayList<>(credentials());
    expected.add(credential);
    return checked(isFlow() ? insertedInFlow(item) : insertedAsLine(item), expected, "add this to its credentials by hand:  " + item);
  }

  private String insertedInFlow(String item) {
    if (list.getValue().isEmpty()) {
      int inside = at(list.getStartMark()) + 1;
      return text.substring(0, inside) + item + text.substring(inside);
    }
    int end = at(list.getValue().getLast().getEndMark());
    return text.substring(0, end) + ", " + item + text.substring(end);
  }

  private String insertedAsLine(String item) {
    String newline = text.contains("\r\n") ? "\r\n" : "\n";
    int end = lineAfter(leafEnd(list));
    String line = " ".repeat(list.getStartMark().getColumn()) + "- " + item + newline;
    boolean open = end == text.length() && !text.endsWith("\n");
    return text.substring(0, end) + (open ? newline : "") + line + text.substring(end);
  }

  /** @throws IllegalArgumentException with what to do, if there is no such credential, or no other */
  KeyDocument without(String credential) {
    int index = credentials().indexOf(credential);
    if (index < 0) {
      throw new IllegalArgumentException("ApiKey " + name + " has no credential " + credential + "; there are " + String.join(", ", credentials()));
    }
    if (list.getValue().size() == 1) {
      throw new IllegalArgumentException(
          credential + " is the only credential of ApiKey " + name + ": rotate first, or shut the key off with suspend: true in its spec, or delete the object");
    }
    List<String> expected = new ArrayList<>(credentials());
    expected.remove(index);
    return checked(isFlow() ? removedFromFlow(index) : removedLines(index), expected, "take it out of the list by hand");
  }

  private String removedFromFlow(int index) {
    List<Node> items = list.getValue();
    int from = index == 0 ? at(items.get(0).getStartMark()) : at(items.get(index - 1).getEndMark());
    int to = index == 0 ? at(items.get(1).getStartMark()) : at(items.get(index).getEndMark());
    return text.substring(0, from) + text.substring(to);
  }

  private String removedLines(int index) {
    Node item = list.getValue().get(index);
    int start = at(item.getStartMark());
    int from = text.lastIndexOf('\n', start - 1) + 1;
    return text.substring(0, from) + text.substring(lineAfter(leafEnd(item)));
  }

  private boolean isFlow() {
    return text.charAt(at(list.getStartMark())) == '[';
  }

  /** The end of the last value inside: a block's own end mark is after the blank lines and comments that follow it. */
  private int leafEnd(Node node) {
    if (node instanceof MappingNode map && text.charAt(at(map.getStartMark())) != '{' && !map.getValue().isEmpty()) {
      return leafEnd(map.getValue().getLast().getValueNode());
    }
    if (node instanceof SequenceNode sequence && text.charAt(at(sequence.getStartMark())) != '[' && !sequence.getValue().isEmpty()) {
      return leafEnd(sequence.getValue().getLast());
    }
    return at(node.getEndMark());
  }

  private int lineAfter(int position) {
    int newline = text.indexOf('\n', position);
    return newline < 0 ? text.length() : newline + 1;
  }

  /** Marks count code points. */
  private int at(Mark mark) {
    return text.offsetByCodePoints(0, mark.getIndex());
  }

  /** Only the list changed, and only as it was meant to. */
  private KeyDocument checked(String edited, List<String> expected, String otherwise) {
    Optional<KeyDocument> after = Optional.empty();
    try {
      KeyDocument read = find(edited, namespace, name);
      if (read.credentials().equals(expected) && skeleton(edited).equals(skeleton(text))) {
        after = Optional.of(read);
      }
    } catch (IllegalArgumentException e) {
      // what the edit made is not understood: told below
    }
    return after.orElseThrow(
        () -> new IllegalArgumentException("the credentials of ApiKey " + name + " are written in a way that cannot be edited in place; nothing was changed: " + otherwise));
  }

  /** Everything but this key's list of credentials, whose names are compared apart. */
  private List<Object> skeleton(String of) {
    List<Object> all = new ArrayList<>();
    for (Node document : documents(of)) {
      all.add(plain(document, document instanceof MappingNode map && isThis(map) ? "" : null));
    }
    return all;
  }

  private boolean isThis(MappingNode map) {
    return scalar(map, "kind").equals("ApiKey") && child(map, "metadata") instanceof MappingNode metadata && scalar(metadata, "name").equals(name)
        && (scalar(metadata, "namespace").isEmpty() ? "default" : scalar(metadata, "namespace")).equals(namespace);
  }

  /** @param path null = not inside the edited key */
  private static Object plain(Node node, @Nullable String path) {
    if (node instanceof MappingNode map) {
      List<Object> fields = new ArrayList<>();
      for (NodeTuple tuple : map.getValue()) {
        String field = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        fields.add(field);
        fields.add(plain(tuple.getValueNode(), path == null ? null : path + "." + field));
      }
      return fields;
    }
    if (node instanceof SequenceNode sequence) {
      List<Object> items = new ArrayList<>();
      if (!".spec.credentials".equals(path)) {
        sequence.getValue().forEach(item -> items.add(plain(item, path == null ? null : path + "[]")));
      }
      return items;
    }
    return node instanceof ScalarNode scalar ? scalar.getTag() + " " + scalar.getValue() : node.toString();
  }

  String text() {
    return text;
  }

  private static @Nullable Node child(MappingNode map, String field) {
    for (NodeTuple tuple : map.getValue()) {
      if (tuple.getKeyNode() instanceof ScalarNode key && key.getValue().equals(field)) {
        return tuple.getValueNode();
      }
    }
    return null;
  }

  /** "" where there is none. */
  private static String scalar(MappingNode map, String field) {
    return child(map, field) instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}
