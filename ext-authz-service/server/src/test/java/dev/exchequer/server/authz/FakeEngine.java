package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
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
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Holds every request at its first hop and every later attempt at its second; says what it was asked. */
@NullMarked
final class FakeEngine implements Engine {
  @Nullable Policy policy;
  boolean admitting = true;
  long outputCap = 4096;
  @Nullable Result refusal;
  @Nullable RuntimeException broken;
  @Nullable CompletableFuture<Result> pending;
  final List<Admitted> admitted = new ArrayList<>();
  final List<RequestFacts> denied = new ArrayList<>();
  final List<HoldId> asked = new ArrayList<>();
  final List<HoldId> abandoned = new ArrayList<>();
  @Nullable BooleanSupplier cancelled;
  long deadline;

  FakeEngine(@Nullable Policy policy) {
    this.policy = policy;
  }

  @Override
  public Optional<Policy> policy() {
    return Optional.ofNullable(policy);
  }

  @Override
  public boolean admitting() {
    return admitting;
  }

  @Override
  public CompletableFuture<Result> admit(Admitted request, BooleanSupplier isCancelled, long deadlineNanos) {
    admitted.add(request);
    cancelled = isCancelled;
    deadline = deadlineNanos;
    return answer(held(new HoldId(request.facts().id(), 1), 1));
  }

  @Override
  public CompletableFuture<Result> deny(RequestFacts facts, Ending ending) {
    denied.add(facts);
    return answer(new Result.Refused(ending, facts.id()));
  }

  @Override
  public CompletableFuture<Result> next(HoldId id, BooleanSupplier isCancelled, long deadlineNanos) {
    asked.add(id);
    deadline = deadlineNanos;
    return answer(held(id, 2));
  }

  private Result.Held held(HoldId id, int position) {
    return new Result.Held(id, position, outputCap, new ObjectName("default", "credit"), "CREDIT", 1);
  }

  private CompletableFuture<Result> answer(Result usual) {
    if (pending != null) {
      return pending;
    }
    return broken != null ? CompletableFuture.failedFuture(broken) : CompletableFuture.completedFuture(refusal != null ? refusal : usual);
  }

  @Override
  public Optional<Admitted> running(String request) {
    return admitted.stream().filter(a -> a.facts().id().equals(request)).findFirst();
  }

  @Override
  public CompletableFuture<Result> abandon(HoldId id) {
    abandoned.add(id);
    return CompletableFuture.completedFuture(new Result.Done());
  }

  @Override
  public CompletableFuture<Result> settle(HoldId id, Evidence evidence) {
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
  public CompletableFuture<Result> activate(Policy other, byte[] canonical) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Provider> providerOf(HoldId id) {
    throw new UnsupportedOperationException();
  }
}
