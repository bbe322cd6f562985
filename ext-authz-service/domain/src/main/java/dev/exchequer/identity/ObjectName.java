package dev.exchequer.identity;

/**
 * The name of an object everywhere outside a YAML file: "namespace/name", in ledger ids, receipts, Envoy route names, metrics and API paths.
 */
public record ObjectName(String namespace, String name) implements Comparable<ObjectName> {
  public static final String DEFAULT_NAMESPACE = "default";

  public ObjectName {
    if (namespace.isEmpty() || name.isEmpty() || namespace.indexOf('/') >= 0 || name.indexOf('/') >= 0) {
      throw new IllegalArgumentException("not a namespace and a name: '" + namespace + "', '" + name + "'");
    }
  }

  /** @throws IllegalArgumentException if the text is not "namespace/name" */
  public static ObjectName parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("not namespace/name: '" + text + "'");
    }
    return new ObjectName(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(ObjectName other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return namespace + "/" + name;
  }
}
