package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Result;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Envoy stopped waiting: a hold that it never heard of must not stay until its lease ends. */
class GivenUpTest {
  private static final HoldId HOLD = new HoldId("r", 1);

  private final FakeEngine engine = new FakeEngine(null);
  private final Call call = new Call();

  private void answer(CompletableFuture<Result> pending) {
    AdmitService.answer(engine, pending, new Reply(call), held -> ToEnvoyCheck.ok(List.of(), Set.of()));
  }

  private static Result held() {
    return new Result.Held(HOLD, 1, 0, new ObjectName("default", "credit"), "CREDIT", 1);
  }

  @Test
  void beforeTheAnswer() {
    CompletableFuture<Result> pending = new CompletableFuture<>();
    answer(pending);
    call.cancelled.run();
    assertThat(engine.abandoned).isEmpty();
    pending.complete(held());
    assertThat(engine.abandoned).containsExactly(HOLD);
  }

  @Test
  void whileTheAnswerIsOnItsWay() {
    answer(CompletableFuture.completedFuture(held()));
    assertThat(engine.abandoned).isEmpty();
    call.cancelled.run();
    call.cancelled.run();
    assertThat(engine.abandoned).containsExactly(HOLD);
  }

  @Test
  void aCallThatEndedWellKeepsItsHoldThoughItsContextIsCancelled() {
    Context.CancellableContext context = Context.ROOT.withCancellation();
    Context before = context.attach();
    answer(CompletableFuture.completedFuture(held()));
    context.detach(before);
    context.cancel(null);
    assertThat(call.got).hasSize(1);
    assertThat(engine.abandoned).isEmpty();
  }

  @Test
  void aRefusalHoldsNothing() {
    answer(CompletableFuture.completedFuture(new Result.Refused(Endings.UNAVAILABLE, "r")));
    call.cancelled.run();
    assertThat(engine.abandoned).isEmpty();
  }

  private static final class Call extends ServerCallStreamObserver<CheckResponse> {
    final List<CheckResponse> got = new ArrayList<>();
    Runnable cancelled = () -> {};

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {
      cancelled = handler;
    }

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

    @Override
    public void onNext(CheckResponse response) {
      got.add(response);
    }

    @Override
    public void onError(Throwable error) {
      throw new IllegalStateException(error);
    }

    @Override
    public void onCompleted() {}
  }
}
