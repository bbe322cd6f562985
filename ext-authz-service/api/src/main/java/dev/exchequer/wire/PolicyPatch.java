package dev.exchequer.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.exchequer.api.v1.PolicyPiece;
import dev.exchequer.api.v1.PolicyRange;
import dev.exchequer.api.v1.PolicyUpdate;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One canonical policy as the pieces that differ from another: a change of one route of thousands is a few hundred bytes instead of megabytes. Whoever applies
 * pieces checks the digest of the result, so a patch can be wrong without harm.
 */
public final class PolicyPatch {
  private PolicyPatch() {}

  /**
   * @param base what the pieces are copied from
   * @param next what they come to
   * @throws IOException if one of them is no serialized message
   */
  public static List<PolicyPiece> between(byte[] base, byte[] next) throws IOException {
    MessageFields from = MessageFields.of(base);
    MessageFields to = MessageFields.of(next);
    Pieces pieces = new Pieces(next);
    int old = 0;
    int field = 0;
    while (field < to.count()) {
      if (old < from.count() && to.same(field, from, old)) {
        pieces.copy(from.start(old), from.end(old));
        old++;
        field++;
        continue;
      }
      int order = old < from.count() ? from.compare(old, to, field) : 1;
      if (order <= 0) {
        old++; // it is gone, or another
      }
      if (order >= 0) {
        pieces.insert(to.start(field), to.end(field));
        field++;
      }
    }
    return pieces.done();
  }

  /**
   * @return what the pieces come to
   * @throws IllegalArgumentException if one names what the base does not have
   */
  public static byte[] apply(byte[] base, List<PolicyPiece> pieces) {
    long size = 0;
    for (PolicyPiece piece : pieces) {
      size += piece.hasCopy() ? piece.getCopy().getLength() : piece.getInsert().size();
      PolicyRange copy = piece.getCopy();
      if (copy.getOffset() < 0 || copy.getLength() < 0 || (long) copy.getOffset() + copy.getLength() > base.length) {
        throw new IllegalArgumentException("a piece is copied from beyond the base");
      }
    }
    byte[] next = new byte[Math.toIntExact(size)];
    int at = 0;
    for (PolicyPiece piece : pieces) {
      if (piece.hasCopy()) {
        System.arraycopy(base, piece.getCopy().getOffset(), next, at, piece.getCopy().getLength());
        at += piece.getCopy().getLength();
      } else {
        piece.getInsert().copyTo(next, at);
        at += piece.getInsert().size();
      }
    }
    return next;
  }

  /**
   * The same as one value, to be stored.
   *
   * @throws IOException if one of them is no serialized message
   */
  public static byte[] written(byte[] base, byte[] next) throws IOException {
    return PolicyUpdate.newBuilder().addAllPieces(between(base, next)).build().toByteArray();
  }

  /**
   * @param patch as {@link #written}
   * @return what it comes to on its base
   * @throws IOException if it is none, or of another base
   */
  public static byte[] read(byte[] base, byte[] patch) throws IOException {
    try {
      return apply(base, PolicyUpdate.parseFrom(patch).getPiecesList());
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Neighbours become one. */
  private static final class Pieces {
    private final byte[] next;
    private final List<PolicyPiece> done = new ArrayList<>();
    private int copyFrom;
    private int copyTo;
    private int insertFrom;
    private int insertTo;

    Pieces(byte[] next) {
      this.next = next;
    }

    void copy(int from, int to) {
      if (copyTo > copyFrom && copyTo == from) {
        copyTo = to;
        return;
      }
      flush();
      copyFrom = from;
      copyTo = to;
    }

    void insert(int from, int to) {
      if (insertTo > insertFrom && insertTo == from) {
        insertTo = to;
        return;
      }
      flush();
      insertFrom = from;
      insertTo = to;
    }

    private void flush() {
      if (copyTo > copyFrom) {
        done.add(PolicyPiece.newBuilder().setCopy(PolicyRange.newBuilder().setOffset(copyFrom).setLength(copyTo - copyFrom)).build());
      }
      if (insertTo > insertFrom) {
        ByteString inserted = UnsafeByteOperations.unsafeWrap(next, insertFrom, insertTo - insertFrom); // nobody changes a policy's bytes
        done.add(PolicyPiece.newBuilder().setInsert(inserted).build());
      }
      copyFrom = copyTo = insertFrom = insertTo = 0;
    }

    List<PolicyPiece> done() {
      flush();
      return List.copyOf(done);
    }
  }
}
