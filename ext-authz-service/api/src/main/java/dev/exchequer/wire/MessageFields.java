package dev.exchequer.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where the top-level fields of a serialized message stand, in order, without reading what is in them: a policy of thousands of routes is looked through in
 * microseconds.
 */
public final class MessageFields {
  private final byte[] bytes;
  private int count;
  private int[] tags = new int[64];
  private int[] starts = new int[65];
  private int[] payloads = new int[64];

  private MessageFields(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @param message not to be changed after
   * @throws IOException if it is no serialized message
   */
  public static MessageFields of(byte[] message) throws IOException {
    MessageFields fields = new MessageFields(message);
    CodedInputStream in = CodedInputStream.newInstance(message);
    int start = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      int payload = in.getTotalBytesRead();
      if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        int length = in.readRawVarint32();
        payload = in.getTotalBytesRead();
        in.skipRawBytes(length);
      } else {
        in.skipField(tag);
      }
      fields.add(tag, start, payload);
      start = in.getTotalBytesRead();
    }
    fields.starts[fields.count] = start;
    return fields;
  }

  private void add(int tag, int start, int payload) {
    if (count == tags.length) {
      tags = Arrays.copyOf(tags, 2 * count);
      starts = Arrays.copyOf(starts, 2 * count + 1);
      payloads = Arrays.copyOf(payloads, 2 * count);
    }
    tags[count] = tag;
    starts[count] = start;
    payloads[count] = payload;
    count++;
  }

  public int count() {
    return count;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Field number and wire type. */
  public int tag(int field) {
    return tags[field];
  }

  /** Where the field begins, with its tag. */
  public int start(int field) {
    return starts[field];
  }

  /** Where its value begins: behind the tag and, of what has one, the length. */
  public int payload(int field) {
    return payloads[field];
  }

  /** Where it ends, exclusive. */
  public int end(int field) {
    return starts[field + 1];
  }

  /** Whether a field here and one there are the same bytes. */
  public boolean same(int field, MessageFields other, int otherField) {
    return Arrays.equals(bytes, start(field), end(field), other.bytes, other.start(otherField), other.end(otherField));
  }

  /**
   * By tag, then by the name that messages begin with, where they do: the order of a canonical policy.
   *
   * @return as of {@link Comparable#compareTo}; 0 for what has no name
   */
  public int compare(int field, MessageFields other, int otherField) {
    if (tag(field) != other.tag(otherField)) {
      return Integer.compare(tag(field), other.tag(otherField));
    }
    int mine = nameEnd(field);
    int theirs = other.nameEnd(otherField);
    return Arrays.compareUnsigned(bytes, nameStart(field, mine), mine, other.bytes, other.nameStart(otherField, theirs), theirs);
  }

  private int nameStart(int field, int nameEnd) {
    return Math.min(payload(field) + 2, nameEnd);
  }

  /** Of a first field 1 that is shorter than 128 bytes; else nothing is said to be a name. */
  private int nameEnd(int field) {
    int at = payload(field);
    boolean named = end(field) - at >= 2 && bytes[at] == (1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED) && bytes[at + 1] >= 0;
    return named ? Math.min(at + 2 + bytes[at + 1], end(field)) : at;
  }
}
