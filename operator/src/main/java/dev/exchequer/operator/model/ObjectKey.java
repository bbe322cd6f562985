package dev.exchequer.operator.model;

import dev.exchequer.identity.ObjectName;

/** Kind and name: what is unique. */
public record ObjectKey(String kind, ObjectName name) implements Comparable<ObjectKey> {
  @Override
  public int compareTo(ObjectKey other) {
    int byKind = kind.compareTo(other.kind);
    return byKind != 0 ? byKind : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
