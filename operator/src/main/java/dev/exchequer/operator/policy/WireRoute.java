package dev.exchequer.operator.policy;

import com.google.protobuf.CodedOutputStream;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.policy.Route;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A route as it stands in a policy's bytes, made once: of thousands a change touches a few. */
final class WireRoute {
  private final String name;
  private final byte[] bytes;

  WireRoute(Route route) {
    this.name = route.name().toString();
    byte[] message = Wire.canonical(ToRoute.message(route));
    int tag = AccountingPolicy.ROUTES_FIELD_NUMBER;
    this.bytes = new byte[CodedOutputStream.computeByteArraySize(tag, message)];
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeByteArray(tag, message);
      out.checkNoSpaceLeft();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
  }

  /** "namespace/name". */
  String name() {
    return name;
  }

  /** With the field's tag and length; not to be changed. */
  byte[] bytes() {
    return bytes;
  }
}
