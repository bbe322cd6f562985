package dev.exchequer.server.settle;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.engine.Admitted;
import dev.exchequer.server.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Settles everything with one result; forgets the request when it does, as the real one may. */
final class FakeEngine implements Engine {
  record Settle(HoldId id, Evidence evidence) {}

  final List<Settle> settled = new ArrayList<>();
  @Nullable Admitted running;
  @Nullable Provider provider;
  CompletableFuture<Result> result = new CompletableFuture<>();

  FakeEngine answers(Result answer) {
    result = CompletableFuture.completedFuture(answer);
    return this;
  }

  @Override
  public CompletableFuture<Result> abandon(HoldId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> settle(HoldId id, Evidence evidence) {
    settled.add(new Settle(id, evidence));
    running = null;
    return result;
  }

  @Override
  public Optional<Admitted> running(String request) {
    return Optional.ofNullable(running).filter(a -> a.facts().id().equals(request));
  }

  @Override
  public Optional<Provider> providerOf(HoldId id) {
    return Optional.ofNullable(provider);
  }

  @Override
  public Optional<Policy> policy() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean admitting() {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> admit(Admitted admitted, BooleanSupplier cancelled, long deadlineNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> deny(RequestFacts facts, Ending ending) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> next(HoldId id, BooleanSupplier cancelled, long deadlineNanos) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> journal(Command.JournalPosition position, Command.JournalEvent event) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> administer(Command.Administer command) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> activate(Policy policy, byte[] canonical) {
    throw new UnsupportedOperationException();
  }
}
