package dev.exchequer.server.link;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.function.Consumer;

/**
 * A call of Envoy coupled with one to the operator. Flow control passes through: a message is asked of one side only when the other has room for it, so no
 * more than one waits here in each direction.
 */
final class RelayedCall {
  private final ServerCall<byte[], byte[]> envoy;
  private final ClientCall<byte[], byte[]> operator;
  private final Consumer<RelayedCall> ended;
  private final Turn requests;
  private final Turn responses;

  /** @param ended called once, when the call to the operator is over */
  RelayedCall(ServerCall<byte[], byte[]> envoy, ClientCall<byte[], byte[]> operator, Consumer<RelayedCall> ended) {
    this.envoy = envoy;
    this.operator = operator;
    this.ended = ended;
    this.requests = new Turn(() -> envoy.request(1));
    this.responses = new Turn(() -> operator.request(1));
  }

  ServerCall.Listener<byte[]> start() {
    operator.start(new FromOperator(), new Metadata()); // Envoy's own headers are about the socket
    requests.next(true);
    responses.next(true);
    return new FromEnvoy();
  }

  /** Envoy sees UNAVAILABLE. */
  void end(String why) {
    operator.cancel(why, null);
  }

  /** Whose turn it is: asks for the next message when the last one was taken and there is room, whichever comes later. */
  private static final class Turn {
    private final Runnable ask;
    private boolean waiting;

    Turn(Runnable ask) {
      this.ask = ask;
    }

    void next(boolean room) {
      synchronized (this) {
        waiting = !room;
      }
      if (room) {
        ask.run();
      }
    }

    void room() {
      synchronized (this) {
        if (!waiting) {
          return;
        }
        waiting = false;
      }
      ask.run();
    }
  }

  private final class FromEnvoy extends ServerCall.Listener<byte[]> {
    @Override
    public void onMessage(byte[] message) {
      try {
        operator.sendMessage(message);
      } catch (IllegalStateException e) {
        return; // it has just been cancelled, and that it is over comes by onClose
      }
      requests.next(operator.isReady());
    }

    @Override
    public void onReady() {
      responses.room();
    }

    @Override
    public void onHalfClose() {
      try {
        operator.halfClose();
      } catch (IllegalStateException e) {
        return; // as above
      }
    }

    @Override
    public void onCancel() {
      operator.cancel("Envoy ended its stream", null);
    }
  }

  private final class FromOperator extends ClientCall.Listener<byte[]> {
    @Override
    public void onHeaders(Metadata headers) {
      envoy.sendHeaders(new Metadata());
    }

    @Override
    public void onMessage(byte[] message) {
      envoy.sendMessage(message);
      responses.next(envoy.isReady());
    }

    @Override
    public void onReady() {
      requests.room();
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      ended.accept(RelayedCall.this);
      if (!envoy.isCancelled()) {
        envoy.close(status.getCode() == Status.Code.CANCELLED ? Status.UNAVAILABLE.withDescription(status.getDescription()) : status, new Metadata());
      }
    }
  }
}
