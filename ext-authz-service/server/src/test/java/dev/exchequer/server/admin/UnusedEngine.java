package dev.exchequer.server.admin;

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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** An engine of which a test overrides what it uses; anything else is a mistake of the test. */
public class UnusedEngine implements Engine {
  @Override
  public Optional<Policy> policy() {
    throw unused();
  }

  @Override
  public boolean admitting() {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> admit(Admitted admitted, BooleanSupplier cancelled, long deadlineNanos) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> deny(RequestFacts facts, Ending ending) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> next(HoldId id, BooleanSupplier cancelled, long deadlineNanos) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> abandon(HoldId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public CompletableFuture<Result> settle(HoldId id, Evidence evidence) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> journal(Command.JournalPosition position, Command.JournalEvent event) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> administer(Command.Administer command) {
    throw unused();
  }

  @Override
  public CompletableFuture<Result> activate(Policy policy, byte[] canonical) {
    throw unused();
  }

  @Override
  public Optional<Admitted> running(String request) {
    throw unused();
  }

  @Override
  public Optional<Provider> providerOf(HoldId id) {
    throw unused();
  }

  private static IllegalStateException unused() {
    return new IllegalStateException("not part of this test");
  }
}
