package dev.exchequer.server.authz;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.exchequer.policy.Endpoint;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads Envoy's question. */
final class FromEnvoyCheck {
  private FromEnvoyCheck() {}

  static ClientCall call(CheckRequest request) {
    AttributeContext.HttpRequest http = request.getAttributes().getRequest().getHttp();
    String path = http.getPath();
    int mark = path.indexOf('?');
    ByteString body = http.getRawBody().isEmpty() ? http.getBodyBytes() : http.getRawBody();
    return new ClientCall(
        http.getMethod(), mark < 0 ? path : path.substring(0, mark), mark < 0 ? "" : path.substring(mark + 1), http.getHeadersMap(), body);
  }

  /** Reads the body in place: a body of 32 MiB is not copied to be looked at. */
  static BodyResult read(Endpoint endpoint, ByteString body) {
    InPlace bytes = new InPlace();
    try {
      UnsafeByteOperations.unsafeWriteTo(body, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    byte[] array = bytes.array;
    if (array == null || bytes.length != body.size()) {
      return BodyReader.read(endpoint, body.toByteArray(), 0, body.size());
    }
    return BodyReader.read(endpoint, array, bytes.from, bytes.length);
  }

  /** Takes hold of a byte string's own array where it has a single one. The bytes are only read. */
  private static final class InPlace extends ByteOutput {
    private byte @Nullable [] array;
    private int from;
    private int length;

    @Override
    public void write(byte value) {}

    @Override
    public void write(byte[] value, int offset, int size) {
      writeLazy(value, offset, size);
    }

    @Override
    public void writeLazy(byte[] value, int offset, int size) {
      array = value;
      from = offset;
      length = size;
    }

    @Override
    public void write(ByteBuffer value) {}

    @Override
    public void writeLazy(ByteBuffer value) {}
  }
}
