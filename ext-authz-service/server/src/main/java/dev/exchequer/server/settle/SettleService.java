package dev.exchequer.server.settle;

import dev.exchequer.api.v1.AccountingGrpc;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Provider;
import dev.exchequer.server.authz.ErrorBody;
import dev.exchequer.server.engine.Admitted;
import dev.exchequer.server.engine.Engine;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Ends attempts at the meter's call. A call that is cancelled is settled all the same: it reports what happened. When the ledger cannot answer the call
 * fails, and the meter lets a 2xx pass (the journal settles it) and answers anything else with 503.
 */
public final class SettleService extends AccountingGrpc.AccountingImplBase {

  /** What happened, for metrics. */
  public interface Observer {
    Observer NONE =
        new Observer() {
          @Override
          public void settled(Result.Settled settled, Evidence evidence) {}

          @Override
          public void unknownHold() {}
        };

    void settled(Result.Settled settled, Evidence evidence);

    void unknownHold();
  }

  private final Engine engine;
  private final Observer observer;

  public SettleService(Engine engine, Observer observer) {
    this.engine = engine;
    this.observer = observer;
  }

  @Override
  public void settle(SettleRequest request, StreamObserver<SettleReply> replies) {
    HoldId id;
    try {
      id = HoldId.parse(request.getHold().toString(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      observer.unknownHold();
      answer(replies, unknown(request));
      return;
    }
    // Read before the attempt ends: after its last one a request is forgotten.
    Admitted admitted = engine.running(id.request()).orElse(null);
    boolean cachedOutside = engine.providerOf(id).map(Provider::cachedOutsidePrompt).orElse(false);
    Evidence evidence = FromSettle.evidence(request, cachedOutside);
    engine.settle(id, evidence).whenComplete((result, error) -> done(request, evidence, admitted, result, error, replies));
  }

  private void done(
      SettleRequest request, Evidence evidence, @Nullable Admitted admitted, @Nullable Result result, @Nullable Throwable error, StreamObserver<SettleReply> replies) {
    if (error != null || !(result instanceof Result.Settled settled)) {
      if (!cancelled(replies)) {
        replies.onError(Status.UNAVAILABLE.withDescription("the ledger cannot answer").asRuntimeException());
      }
      return;
    }
    if (!settled.known()) {
      observer.unknownHold();
      answer(replies, unknown(request));
      return;
    }
    observer.settled(settled, evidence);
    answer(replies, ToSettleReply.of(request.getHold(), settled, admitted));
  }

  /** Final, never next: a 2xx stays as it is, anything else tells nothing of the provider. */
  private static SettleReply unknown(SettleRequest request) {
    SettleReply.Builder reply = SettleReply.newBuilder().setHold(request.getHold());
    if (request.getStatus() < 200 || request.getStatus() > 299) {
      Ending ending = Ending.of(503, "accounting_unavailable", "the gateway cannot account for this attempt", new Ending.Retry.Unsaid());
      reply.setStatus(503).setBody(com.google.protobuf.ByteString.copyFromUtf8(ErrorBody.of(ending, null)));
      reply.addHeaders(
          dev.exchequer.api.v1.Header.newBuilder()
              .setName(com.google.protobuf.ByteString.copyFromUtf8("content-type"))
              .setValue(com.google.protobuf.ByteString.copyFromUtf8("application/json")));
    }
    return reply.build();
  }

  private static void answer(StreamObserver<SettleReply> replies, SettleReply reply) {
    if (!cancelled(replies)) {
      replies.onNext(reply);
      replies.onCompleted();
    }
  }

  private static boolean cancelled(StreamObserver<SettleReply> replies) {
    return replies instanceof ServerCallStreamObserver<SettleReply> call && call.isCancelled();
  }
}
