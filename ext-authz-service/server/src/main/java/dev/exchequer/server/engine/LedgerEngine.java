package dev.exchequer.server.engine;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.DryRun;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.LedgerLane;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The engine over a lane: adds what the ledger must not know (who is cooling down, which request runs in this process) and nothing of money. */
public final class LedgerEngine implements Engine {
  /** What was decided, for metrics. */
  public interface Observer {
    Observer NONE =
        new Observer() {
          @Override
          public void answered(Result result) {}

          @Override
          public void activated(Policy policy) {}
        };

    void answered(Result result);

    void activated(Policy policy);
  }

  private final LedgerLane lane;
  private final BiConsumer<String, byte[]> remember;
  private final BooleanSupplier journalWritable;
  private final Observer observer;
  private final ProviderHealth health = new ProviderHealth();
  private final RunningRequests running;
  private final LongSupplier nanos;
  private final AtomicReference<@Nullable Policy> policy = new AtomicReference<>();
  private volatile List<String> pinned = List.of();

  /**
   * @param remember keeps a policy's bytes for the store, before it is activated
   * @param journalWritable false = nothing may be admitted
   */
  public LedgerEngine(LedgerLane lane, BiConsumer<String, byte[]> remember, BooleanSupplier journalWritable, Observer observer) {
    this(lane, remember, journalWritable, observer, System::nanoTime);
  }

  /** @param nanos as System.nanoTime */
  public LedgerEngine(LedgerLane lane, BiConsumer<String, byte[]> remember, BooleanSupplier journalWritable, Observer observer, LongSupplier nanos) {
    this.lane = lane;
    this.remember = remember;
    this.journalWritable = journalWritable;
    this.observer = observer;
    this.nanos = nanos;
    this.running = new RunningRequests(nanos);
  }

  /** Takes over what the process before this one left. */
  public void restore(LedgerState state) {
    running.restore(state);
    state
        .policy()
        .ifPresent(
            stored -> {
              policy.set(stored);
              observer.activated(stored);
            });
    pinned = state.policies().stream().map(Policy::digest).sorted().toList();
  }

  @Override
  public Optional<Policy> policy() {
    return Optional.ofNullable(policy.get());
  }

  @Override
  public boolean admitting() {
    return policy.get() != null && journalWritable.getAsBoolean();
  }

  @Override
  public CompletableFuture<Result> admit(Admitted admitted, BooleanSupplier cancelled, long deadlineNanos) {
    ProviderView view = health.view(nanos.getAsLong(), true);
    // Known before it is durable: the hop's Settle may come before this thread gets to run again.
    running.admitted(admitted);
    return lane.submit(new Command.Admit(admitted.facts(), view), cancelled, deadlineNanos)
        .whenComplete((result, error) -> taken(admitted, view, result));
  }

  @Override
  public CompletableFuture<Result> deny(RequestFacts facts, Ending ending) {
    return lane.submit(new Command.Deny(facts, ending)).whenComplete((result, error) -> observed(result));
  }

  @Override
  public CompletableFuture<Result> next(HoldId id, BooleanSupplier cancelled, long deadlineNanos) {
    ProviderView view = health.view(nanos.getAsLong(), true);
    Admitted admitted = running.request(id.request()).orElse(null);
    return lane.submit(new Command.NextAttempt(id, view), cancelled, deadlineNanos).whenComplete((result, error) -> taken(admitted, view, result));
  }

  @Override
  public CompletableFuture<Result> abandon(HoldId id) {
    running.over(id.request());
    return lane.submit(new Command.Abandon(id));
  }

  private void observed(@Nullable Result result) {
    if (result != null) {
      observer.answered(result);
    }
  }

  private void taken(@Nullable Admitted admitted, ProviderView view, @Nullable Result result) {
    observed(result);
    ObjectName provider = null;
    if (admitted != null) {
      if (result instanceof Result.Held held) {
        Route.Hop hop = admitted.route().hops().get(held.position() - 1);
        provider = hop.provider();
        running.sent(held.id(), Objects.requireNonNull(admitted.policy().providers().get(provider)));
      } else {
        running.over(admitted.facts().id());
      }
    }
    health.unused(view, provider);
  }

  @Override
  public CompletableFuture<Result> settle(HoldId id, Evidence evidence) {
    Admitted admitted = running.request(id.request()).orElse(null);
    Provider provider = running.provider(id).orElse(null);
    if (admitted != null && provider != null) {
      health.ended(provider.name(), admitted.route().fallback(), evidence, nanos.getAsLong());
    }
    return lane.submit(new Command.Settle(id, evidence, health.view(nanos.getAsLong(), false)));
  }

  @Override
  public CompletableFuture<Result> journal(Command.JournalPosition position, Command.JournalEvent event) {
    CompletableFuture<Result> done = lane.submit(new Command.Journal(position, event));
    return done.whenComplete(
        (result, error) -> {
          if (error == null) {
            forget(event);
          }
        });
  }

  private void forget(Command.JournalEvent event) {
    switch (event) {
      case Command.JournalEvent.HopEnd end -> running.journaled(end.id());
      case Command.JournalEvent.RequestEnd end -> running.over(end.request());
      case Command.JournalEvent.HopProgress progress -> {}
      case Command.JournalEvent.Nothing nothing -> {}
    }
  }

  @Override
  public CompletableFuture<DryRun> dryRun(RequestFacts facts) {
    ProviderView view = health.view(nanos.getAsLong(), false);
    return lane.ask(new Rehearsal(facts, view));
  }

  private record Rehearsal(RequestFacts facts, ProviderView view) implements LedgerLane.Question<DryRun> {
    @Override
    public DryRun of(LedgerState state, long nowMs) {
      return LedgerCore.dryRun(state, facts, view, nowMs);
    }

    @Override
    public RequestFacts about() {
      return facts;
    }
  }

  private record AccountOf(ObjectName balance) implements LedgerLane.Question<Optional<Account>> {
    @Override
    public Optional<Account> of(LedgerState state, long nowMs) {
      return state.account(balance);
    }
  }

  @Override
  public CompletableFuture<Optional<Account>> account(ObjectName balance) {
    return lane.ask(new AccountOf(balance));
  }

  @Override
  public CompletableFuture<Result> administer(Command.Administer command) {
    return lane.submit(command);
  }

  @Override
  public CompletableFuture<Result> activate(Policy next, byte[] canonical) {
    remember.accept(next.digest(), canonical);
    return lane.submit(new Command.Activate(next)).whenComplete((result, error) -> {
      if (error == null) {
        policy.set(next);
        observer.activated(next);
      }
    });
  }

  @Override
  public Optional<Admitted> running(String request) {
    return running.request(request);
  }

  @Override
  public Optional<Provider> providerOf(HoldId id) {
    return running.provider(id);
  }

  public int runningRequests() {
    return running.size();
  }

  /** Digests of policies that a request of this process is still decided by, and the active one: what may not be retired. */
  public List<String> pinned() {
    java.util.TreeSet<String> digests = new java.util.TreeSet<>(running.digests());
    Policy active = policy.get();
    if (active != null) {
      digests.add(active.digest());
    }
    digests.addAll(pinned);
    return List.copyOf(digests);
  }

  /** Called every second: leases end, what is long over is forgotten. */
  public CompletableFuture<Result> tick() {
    running.forgetOld();
    return lane.submit(new Command.Sweep());
  }

  /** The first lease after the start is over: nothing of the process before can still be sent. */
  public void forgetPredecessor() {
    pinned = List.of();
  }
}
