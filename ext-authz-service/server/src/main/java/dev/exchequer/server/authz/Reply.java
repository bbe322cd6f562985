package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The one answer to one Check, given from any thread; a second one is dropped. An answer that reached nobody, as the caller gave up while it was on its way, can be
 * taken back.
 */
final class Reply {
  private final StreamObserver<CheckResponse> observer;
  private final Context context = Context.current();
  private final AtomicBoolean given = new AtomicBoolean();
  private final AtomicReference<@Nullable Runnable> takeBack = new AtomicReference<>();
  private volatile boolean gone;

  Reply(StreamObserver<CheckResponse> observer) {
    this.observer = observer;
    if (observer instanceof ServerCallStreamObserver<CheckResponse> call) {
      // With a handler, an answer to a call that was given up is dropped instead of thrown back at us. Not called once an answer has gone out whole.
      call.setOnCancelHandler(this::lost);
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

  /**
   * @param unheard what to do if the caller gave up before the answer was out: run at most once, on any thread. Not for a call that ended well, though gRPC
   *     cancels the context of such a call too
   */
  void give(CheckResponse response, Runnable unheard) {
    takeBack.set(unheard);
    if (gone) {
      takeBack();
    }
    give(response);
  }

  private void lost() {
    gone = true;
    takeBack();
  }

  private void takeBack() {
    Runnable unheard = takeBack.getAndSet(null);
    if (unheard != null) {
      unheard.run();
    }
  }

  void denied(Ending ending, @Nullable String receipt) {
    give(ToEnvoyCheck.denied(ending, receipt));
  }
}
