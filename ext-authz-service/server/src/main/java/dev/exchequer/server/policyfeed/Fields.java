package dev.exchequer.server.policyfeed;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.RouteClass;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Field types that several messages share. All throw IllegalArgumentException with what is wrong. */
final class Fields {
  private Fields() {}

  static RouteClass routeClass(dev.exchequer.api.v1.RouteClass value) {
    return switch (value) {
      case DIRECT -> RouteClass.DIRECT;
      case POOL -> RouteClass.POOL;
      case SUBSCRIPTION -> RouteClass.SUBSCRIPTION;
      case BYOK -> RouteClass.BYOK;
      case FREE -> RouteClass.FREE;
      case ROUTE_CLASS_UNSPECIFIED, UNRECOGNIZED -> throw unknown("route class");
    };
  }

  static Set<RouteClass> routeClasses(List<dev.exchequer.api.v1.RouteClass> values) {
    Set<RouteClass> classes = EnumSet.noneOf(RouteClass.class);
    values.forEach(value -> classes.add(routeClass(value)));
    return classes;
  }

  static <T> T notEmpty(String field, T collection, boolean empty) {
    if (empty) {
      throw new IllegalArgumentException(field + " is empty");
    }
    return collection;
  }

  static List<ModelPattern> patterns(List<String> texts) {
    return texts.stream().map(ModelPattern::new).toList();
  }

  static List<ObjectName> names(List<String> texts) {
    return texts.stream().map(ObjectName::parse).toList();
  }

  static String text(String field, String value) {
    return notEmpty(field, value, value.isEmpty());
  }

  /** uint32 and uint64 arrive as signed numbers: what does not fit is as absurd as a negative amount. */
  static long amount(String field, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(field + " is negative or too large");
    }
    return value;
  }

  static int count(String field, int value) {
    return (int) amount(field, value);
  }

  static int atLeastOne(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " must be at least 1");
    }
    return value;
  }

  static IllegalArgumentException unknown(String what) {
    return new IllegalArgumentException("a " + what + " that is not given, or that this service does not know");
  }
}
