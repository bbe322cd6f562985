package dev.exchequer.server.settle;

import dev.exchequer.api.v1.SettleReply;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A call as gRPC's server has it: whoever touches it after its client left gets an exception. */
final class Replies extends ServerCallStreamObserver<SettleReply> {
  boolean cancelled;
  final List<SettleReply> replies = new ArrayList<>();
  Status.@Nullable Code failed;
  int ends;

  @Override
  public void onNext(SettleReply reply) {
    touched();
    replies.add(reply);
  }

  @Override
  public void onError(Throwable error) {
    touched();
    ends++;
    failed = ((StatusRuntimeException) error).getStatus().getCode();
  }

  @Override
  public void onCompleted() {
    touched();
    ends++;
  }

  private void touched() {
    if (cancelled) {
      throw Status.CANCELLED.asRuntimeException();
    }
  }

  boolean untouched() {
    return replies.isEmpty() && ends == 0;
  }

  SettleReply only() {
    if (replies.size() != 1 || ends != 1 || failed != null) {
      throw new AssertionError("not one reply: " + replies + ", " + failed);
    }
    return replies.get(0);
  }

  static Map<String, String> headers(SettleReply reply) {
    Map<String, String> headers = new LinkedHashMap<>();
    reply.getHeadersList().forEach(h -> {
      if (headers.put(h.getName().toStringUtf8(), h.getValue().toStringUtf8()) != null) {
        throw new AssertionError("twice: " + h.getName().toStringUtf8());
      }
    });
    return headers;
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public void setOnCancelHandler(Runnable handler) {}

  @Override
  public void setCompression(String compression) {}

  @Override
  public boolean isReady() {
    return true;
  }

  @Override
  public void setOnReadyHandler(Runnable handler) {}

  @Override
  public void disableAutoInboundFlowControl() {}

  @Override
  public void request(int count) {}

  @Override
  public void setMessageCompression(boolean enable) {}
}
