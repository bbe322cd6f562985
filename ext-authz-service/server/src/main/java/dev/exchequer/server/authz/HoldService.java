package dev.exchequer.server.authz;

import dev.exchequer.identity.HoldId;
import dev.exchequer.server.engine.Admitted;
import dev.exchequer.server.engine.Engine;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/** The money socket's Check: attempts 2..n of requests that were admitted, asked by the hop layer for itself; no client header is left there. */
public final class HoldService extends AuthorizationGrpc.AuthorizationImplBase {
  private static final long DEADLINE_NANOS = 1_500_000_000L;

  private final Engine engine;
  private final LongSupplier nanoTime;

  /** @param nanoTime System.nanoTime */
  public HoldService(Engine engine, LongSupplier nanoTime) {
    this.engine = engine;
    this.nanoTime = nanoTime;
  }

  @Override
  public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
    Reply reply = new Reply(observer);
    AdmitService.guarded(reply, () -> next(FromEnvoyCheck.call(request), reply));
  }

  private void next(ClientCall call, Reply reply) {
    String id = call.header("x-exq-request");
    int attempt = attempt(call.header("x-envoy-attempt-count"));
    if (id.isEmpty() || attempt < 2) {
      // The first attempt was held at admit, and its route does not ask.
      reply.denied(Endings.UNAVAILABLE, null);
      return;
    }
    Optional<Admitted> running = engine.running(id);
    if (running.isEmpty()) {
      reply.denied(Endings.RESTARTED, id);
      return;
    }
    Admitted admitted = running.get();
    AdmitService.answer(
        engine, engine.next(new HoldId(id, attempt), reply::cancelled, nanoTime.getAsLong() + DEADLINE_NANOS), reply,
        held -> ToEnvoyCheck.ok(AttemptHeaders.of(admitted, held), Set.of()));
  }

  /** @return 0 for what is not a small whole number */
  private static int attempt(String text) {
    if (text.isEmpty() || text.length() > 4 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return 0;
    }
    return Integer.parseInt(text);
  }
}
