package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Route;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.authz.BodyResult.Bad;
import dev.exchequer.server.authz.BodyResult.ParsedBody;
import dev.exchequer.server.engine.Admitted;
import dev.exchequer.server.engine.Engine;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admit socket: every client request comes here once. In this order: the path, the key (before the body is looked at), suspension, media type, headers,
 * body, route; then the engine decides about money. Whatever is refused for a known key at a metered endpoint leaves a receipt.
 */
public final class AdmitService extends AuthorizationGrpc.AuthorizationImplBase {
  private static final Logger LOG = LoggerFactory.getLogger(AdmitService.class);

  /** Bodies up to here are read on the gRPC thread: less than 0.1 ms; larger ones would delay the requests behind them. */
  static final int INLINE_BYTES = 64 * 1024;

  /** Envoy gives up after 2 s; a hold that it no longer waits for would only have to be voided. */
  private static final long DEADLINE_NANOS = 1_500_000_000L;

  /**
   * What comes in through the door.
   *
   * @param nanoTime System.nanoTime
   * @param bigBodies where bodies above 64 KiB are read; full = the request is refused with 503
   */
  public record Doors(InstantSource clock, LongSupplier nanoTime, IdSource ids, Executor bigBodies) {}

  private final Engine engine;
  private final SelfService self;
  private final Doors doors;

  public AdmitService(Engine engine, SelfService self, Doors doors) {
    this.engine = engine;
    this.self = self;
    this.doors = doors;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
    Reply reply = new Reply(observer);
    guarded(reply, () -> check(FromEnvoyCheck.call(request), reply));
  }

  private void check(ClientCall call, Reply reply) {
    Target target = Target.of(call);
    if (target instanceof Target.Unknown) {
      reply.denied(Endings.notSupported(call), null);
      return;
    }
    Optional<Policy> policy = engine.policy();
    if (policy.isEmpty()) {
      reply.denied(Endings.UNAVAILABLE, null);
      return;
    }
    Optional<Caller> caller = Caller.of(policy.get(), call.header("authorization"), doors.clock.millis());
    if (caller.isEmpty()) {
      reply.denied(Endings.UNKNOWN_KEY, null);
      return;
    }
    switch (target) {
      case Target.Metered metered -> metered(call, metered.endpoint(), caller.get(), reply);
      case Target.Self read -> self.answer(read.path(), call.query(), caller.get(), reply);
      case Target.Unknown unknown -> throw new IllegalStateException("was answered above");
    }
  }

  private void metered(ClientCall call, Endpoint endpoint, Caller caller, Reply reply) {
    if (!engine.admitting()) {
      reply.denied(Endings.UNAVAILABLE, null);
      return;
    }
    GatewayRules rules = caller.policy().gateway();
    if (rules.tooLarge(call.body().size())) { // as Envoy refuses those above its own limit: no receipt
      reply.denied(Endings.tooLarge(call.body().size(), rules.maxRequestBytes()), null);
      return;
    }
    CallerAttributes attributes = CallerAttributes.of(call.headers());
    CallerAttributes.Given said = attributes instanceof CallerAttributes.Given given ? given : CallerAttributes.NONE;
    Admission admission = new Admission(doors.ids.requestId(), doors.clock.millis(), caller, endpoint, said);
    Ending refusal = Admission.refusal(caller, call, attributes);
    if (refusal != null) {
      deny(admission.facts(null, null), refusal, reply);
    } else if (call.body().size() <= INLINE_BYTES) {
      admit(admission, call, reply);
    } else {
      try {
        doors.bigBodies.execute(() -> guarded(reply, () -> admit(admission, call, reply)));
      } catch (RejectedExecutionException full) {
        reply.denied(Endings.UNAVAILABLE, null);
      }
    }
  }

  private void admit(Admission admission, ClientCall call, Reply reply) {
    long deadline = doors.nanoTime.getAsLong() + DEADLINE_NANOS;
    switch (FromEnvoyCheck.read(admission.endpoint(), call.body())) {
      case Bad bad -> deny(admission.facts(null, null), Endings.invalid(bad.param(), bad.message()), reply);
      case ParsedBody body -> {
        Caller caller = admission.caller();
        Optional<Route> route = caller.policy().routeFor(caller.key().name().namespace(), body.model(), admission.endpoint());
        if (route.isEmpty()) {
          deny(admission.facts(body, null), Endings.modelNotFound(body.model()), reply);
          return;
        }
        Admitted admitted = admission.admitted(body, route.get());
        answer(
            engine, engine.admit(admitted, reply::cancelled, deadline), reply,
            held -> ToEnvoyCheck.ok(AttemptHeaders.first(admitted, held), call.headers().keySet()));
      }
    }
  }

  private void deny(RequestFacts facts, Ending ending, Reply reply) {
    answer(engine, engine.deny(facts, ending), reply, held -> {
      throw new IllegalStateException("a denial holds nothing");
    });
  }

  /** Answers once the engine's answer is durable, on its thread. A hold that Envoy gave up on before it heard of it is let go: nothing can be sent by it. */
  static void answer(Engine engine, CompletableFuture<Result> pending, Reply reply, Function<Result.Held, CheckResponse> ok) {
    var unused =
        pending.whenComplete(
            (result, error) ->
                guarded(
                    reply,
                    () -> {
                      if (error == null && result instanceof Result.Held held) {
                        reply.give(ok.apply(held), () -> engine.abandon(held.id()));
                      } else {
                        reply.give(error == null ? refusal(result) : failed(error));
                      }
                    }));
  }

  private static CheckResponse refusal(Result result) {
    return switch (result) {
      case Result.Held other -> throw unexpected(other);
      case Result.Refused refused -> ToEnvoyCheck.denied(refused.ending(), refused.receipt());
      case Result.Settled other -> throw unexpected(other);
      case Result.Granted other -> throw unexpected(other);
      case Result.Booked other -> throw unexpected(other);
      case Result.Rejected other -> throw unexpected(other);
      case Result.Done other -> throw unexpected(other);
      case Result.TaskSet other -> throw unexpected(other);
    };
  }

  private static CheckResponse failed(Throwable error) {
    Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (!(cause instanceof LedgerUnavailable) && !(cause instanceof CancellationException)) {
      LOG.error("the engine failed", cause);
    }
    return ToEnvoyCheck.denied(Endings.UNAVAILABLE, null);
  }

  private static IllegalStateException unexpected(Result result) {
    return new IllegalStateException("not an answer to a hold: " + result);
  }

  /** A bug must not leave Envoy waiting: it is a 503, and the log says which. */
  static void guarded(Reply reply, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException bug) {
      LOG.error("a check failed", bug);
      reply.denied(Endings.UNAVAILABLE, null);
    }
  }
}
