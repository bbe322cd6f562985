package dev.exchequer.server.engine;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.DryRun;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * What the edges (authz, settle, journal, admin) may ask: decisions by the pinned policy, made durable before they are answered.
 *
 * <p>Nothing here blocks. A future completes after COMMIT on the lane's thread (continue with non-blocking work only), or exceptionally with {@link
 * LedgerUnavailable}: nothing was acknowledged, answer 503 accounting_unavailable.
 */
public interface Engine {

  /** The policy that new requests are decided by; empty until the first one was stored. */
  Optional<Policy> policy();

  /** False while nothing may be admitted (the journal cannot be written, the ledger is down, no policy): answer 503 accounting_unavailable. */
  boolean admitting();

  /**
   * Admits a request and holds its first attempt. On {@link Result.Held} the request is running until its last attempt is settled.
   *
   * @param admitted kept in memory for later attempts
   * @param cancelled true once nobody waits for the answer
   * @param deadlineNanos by System.nanoTime()
   * @return {@link Result.Held} or {@link Result.Refused}
   */
  CompletableFuture<Result> admit(Admitted admitted, BooleanSupplier cancelled, long deadlineNanos);

  /** Leaves the receipt of a request that is refused before anything is held. Answer: {@link Result.Refused}. */
  CompletableFuture<Result> deny(RequestFacts facts, Ending ending);

  /** Holds attempt n >= 2. {@link Result.Held} or {@link Result.Refused}. */
  CompletableFuture<Result> next(HoldId id, BooleanSupplier cancelled, long deadlineNanos);

  /** Lets go a hold whose answer reached nobody: nothing was sent by it, nothing will be, and its request is over. {@link Result.Done}. */
  CompletableFuture<Result> abandon(HoldId id);

  /** Ends an attempt. {@link Result.Settled}, the same one for ever. */
  CompletableFuture<Result> settle(HoldId id, Evidence evidence);

  /** One line of the journal. {@link Result.Done}. */
  CompletableFuture<Result> journal(Command.JournalPosition position, Command.JournalEvent event);

  /** What admitting this request would come to now, by the committed state; nothing is held or written. */
  default CompletableFuture<DryRun> dryRun(RequestFacts facts) {
    return CompletableFuture.failedFuture(new LedgerUnavailable("this engine has no ledger to look at"));
  }

  /** What a balance has and of what it consists, as committed; empty if there is none. Looks only. */
  default CompletableFuture<Optional<Account>> account(ObjectName balance) {
    return CompletableFuture.failedFuture(new LedgerUnavailable("this engine has no ledger to look at"));
  }

  /** {@link Result.Granted}, {@link Result.Booked} or {@link Result.Rejected}. */
  CompletableFuture<Result> administer(Command.Administer command);

  /** Another policy decides new requests from the moment that this completes. {@link Result.Done}. */
  CompletableFuture<Result> activate(Policy policy, byte[] canonical);

  /** A request that was admitted by this process and still runs; empty after a restart. */
  Optional<Admitted> running(String request);

  /** Who serves this attempt, also after a restart: its way of counting decides how its usage is read. Empty for an attempt that is not known. */
  Optional<Provider> providerOf(HoldId id);
}
