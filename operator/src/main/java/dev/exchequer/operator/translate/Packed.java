package dev.exchequer.operator.translate;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Messages as Any with their maps in a fixed order: the same content is the same bytes, and with that the same version. */
public final class Packed {
  private static final String PREFIX = "type.googleapis.com/";

  private Packed() {}

  public static Any of(Message message) {
    return Any.newBuilder().setTypeUrl(PREFIX + message.getDescriptorForType().getFullName()).setValue(bytes(message)).build();
  }

  private static ByteString bytes(Message message) {
    byte[] bytes = new byte[message.getSerializedSize()];
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteString.copyFrom(bytes);
  }
}
