package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The one answer to one Check, given from any thread; a second one is dropped. */
final class Reply {
  private final StreamObserver<CheckResponse> observer;
  private final Context context = Context.current();
  private final AtomicBoolean given = new AtomicBoolean();

  Reply(StreamObserver<CheckResponse> observer) {
    this.observer = observer;
    if (observer instanceof ServerCallStreamObserver<CheckResponse> call) {
      // With a handler, an answer to a call that was given up is dropped instead of thrown back at us.
      call.setOnCancelHandler(() -> {});
    }
  }

  /** Whether nobody waits any more. */
  boolean cancelled() {
    return context.isCancelled();
  }

  void give(CheckResponse response) {
    if (given.compareAndSet(false, true)) {
      observer.onNext(response);
      observer.onCompleted();
    }
  }

  void denied(Ending ending, @Nullable String receipt) {
    give(ToEnvoyCheck.denied(ending, receipt));
  }
}
