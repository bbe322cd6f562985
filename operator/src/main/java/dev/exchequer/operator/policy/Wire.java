package dev.exchequer.operator.policy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.RouteClass;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/** How values look on the wire. Sets have no order of their own: here they get one, so that the same plan is the same bytes. */
final class Wire {
  private Wire() {}

  static byte[] canonical(Message message) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream(message.getSerializedSize());
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.useDeterministicSerialization();
      message.writeTo(out);
      out.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  /** By "namespace/name", in byte order (names are ASCII). */
  static <T> List<T> byName(Collection<T> items, Function<T, ObjectName> name) {
    return items.stream().sorted(Comparator.comparing(item -> name.apply(item).toString())).toList();
  }

  static dev.exchequer.api.v1.RouteClass routeClass(RouteClass routeClass) {
    return switch (routeClass) {
      case DIRECT -> dev.exchequer.api.v1.RouteClass.DIRECT;
      case POOL -> dev.exchequer.api.v1.RouteClass.POOL;
      case SUBSCRIPTION -> dev.exchequer.api.v1.RouteClass.SUBSCRIPTION;
      case BYOK -> dev.exchequer.api.v1.RouteClass.BYOK;
      case FREE -> dev.exchequer.api.v1.RouteClass.FREE;
    };
  }

  static List<dev.exchequer.api.v1.RouteClass> routeClasses(Collection<RouteClass> classes) {
    return classes.stream().sorted().map(Wire::routeClass).toList();
  }

  static List<String> models(List<ModelPattern> models) {
    return models.stream().map(ModelPattern::text).toList();
  }

  static List<String> names(List<ObjectName> names) {
    return names.stream().map(ObjectName::toString).toList();
  }
}
