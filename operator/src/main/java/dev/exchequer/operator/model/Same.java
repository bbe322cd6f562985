package dev.exchequer.operator.model;

import java.util.List;
import java.util.Objects;

/** Lists of the very same objects: thousands are compared without looking into one. */
public final class Same {
  private Same() {}

  /** As {@link List#equals}, but what is the same object is not looked into. */
  public static boolean equal(List<?> one, List<?> other) {
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (!Objects.equals(one.get(i), other.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** Whether both have the same objects in the same order. */
  @SuppressWarnings("ReferenceEquality") // that is the question
  public static boolean objects(List<?> one, List<?> other) {
    if (one == other) {
      return true;
    }
    if (one.size() != other.size()) {
      return false;
    }
    for (int i = 0; i < one.size(); i++) {
      if (one.get(i) != other.get(i)) {
        return false;
      }
    }
    return true;
  }
}
