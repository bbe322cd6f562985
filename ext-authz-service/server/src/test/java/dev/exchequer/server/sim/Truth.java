package dev.exchequer.server.sim;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.AdmissionChecks;
import dev.exchequer.ledger.Books;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LateEvidence;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Refusals;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.ledger.SimulatedPeople;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is committed, as somebody sees it who stands beside the store: each command of each batch at the moment at which it became durable, whatever its process
 * learned of that. Checks the invariants after every command, and that nothing was acknowledged which is not here.
 */
public final class Truth {
  private static final long HOUR_MS = 3_600_000;
  private static final long LEASE_MS = 60_000;
  private static final Set<Hold.State> UNCERTAIN = EnumSet.of(Hold.State.ESTIMATED, Hold.State.LEASE_VOIDED, Hold.State.EXPIRED);

  private final Books books;
  private final Trace trace;
  private final Map<String, Policy> policies;
  private final Map<String, RequestFacts> admitted = new LinkedHashMap<>();
  private final Map<HoldId, Result> firstHeld = new HashMap<>();
  private final Map<HoldId, Result> firstSettled = new HashMap<>();
  private final Map<String, RunningRequest> running = new LinkedHashMap<>();
  /** Which replica changed a running request last, and which an active hold. */
  private final Map<String, String> owners = new HashMap<>();
  private final Map<HoldId, String> holders = new HashMap<>();
  /** By gateway. */
  private final Map<String, Policy> inForce = new HashMap<>();
  private final Map<ObjectName, Long> lastEntry = new HashMap<>();
  private final Set<Command> counted = new HashSet<>();
  /** Receipts of refusals by process, key and second. */
  private final Map<String, Integer> denied = new HashMap<>();
  /** Holds of which usage came when it was not awaited any more. */
  private final Set<HoldId> tooLate = new HashSet<>();
  private long commits;

  /** @param onePolicy all is decided by one process with one policy, so that it can be said which marks of balances and budgets are told */
  Truth(Trace trace, Map<String, Policy> policies, boolean onePolicy) {
    this.books = new Books(onePolicy);
    this.trace = trace;
    this.policies = policies;
  }

  public Books books() {
    return books;
  }

  long commits() {
    return commits;
  }

  /** What a gateway decided last, on its way to the store. */
  public record Batch(Gateway gateway, long startedAtMs, List<Recorder.Decided> decided) {}

  /** What this gateway decided last and nobody committed yet. */
  public Batch batch(Gateway gateway) {
    return new Batch(gateway, gateway.startedAt(), gateway.recorder().take());
  }

  /** It is durable. */
  public void committed(Batch batch) {
    commits++;
    Gateway gateway = batch.gateway;
    for (Recorder.Decided decided : batch.decided) {
      gateway.scheduler().trace(gateway.name() + " committed " + decided.command().getClass().getSimpleName() + " " + decided.decision().result());
      books.now = decided.nowMs();
      Map<HoldId, Hold> before = before(decided.decision().changes());
      Hold reported = reported(decided.command());
      books.record(decided.decision().changes());
      decided.decision().changes().forEach(change -> requests(batch, decided, change));
      decided.decision().changes().forEach(change -> once(batch, decided.command(), change));
      stays(decided, before);
      late(decided, reported);
      leases(batch, decided, before);
      answered(gateway, decided, before);
    }
  }

  /** The holds that a command changed, as they were. */
  private Map<HoldId, Hold> before(List<Change> changes) {
    Map<HoldId, Hold> before = new HashMap<>();
    for (Change change : changes) {
      if (change instanceof Change.HoldChanged c && books.holds.get(c.hold().id()) != null) {
        before.put(c.hold().id(), Objects.requireNonNull(books.holds.get(c.hold().id())));
      }
    }
    return before;
  }

  /** The uncertain hold that this command reports usage of, null = it does not. */
  private @Nullable Hold reported(Command command) {
    HoldId id =
        switch (command) {
          case Command.Settle c -> c.evidence().usage().reported() ? c.id() : null;
          case Command.Journal c -> c.event() instanceof Command.JournalEvent.HopEnd end && end.evidence().usage().reported() ? end.id() : null;
          default -> null;
        };
    Hold hold = id == null ? null : books.holds.get(id);
    return hold != null && UNCERTAIN.contains(hold.state()) ? hold : null;
  }

  /** Better evidence corrects for an hour and no longer, whichever process gets it and whatever became of the policies meanwhile. */
  private void late(Recorder.Decided decided, @Nullable Hold before) {
    if (before == null) {
      return;
    }
    boolean corrected = Objects.requireNonNull(books.holds.get(before.id())).state() == Hold.State.CORRECTED;
    check(corrected == decided.nowMs() - before.leaseUntilMs() < HOUR_MS, () -> "usage that comes late corrects for an hour: " + before.id());
    check(corrected || decided.decision().changes().contains(new Change.EvidenceUnused(before.id(), LateEvidence.Unused.TOO_LATE)), () -> "usage that comes too late is told: " + before.id());
    trace.count(corrected ? "late usage corrects" : "usage comes too late");
    if (!corrected) {
      tooLate.add(before.id());
    }
  }

  /** A request goes on from where it is, and ends when nothing of it is held any more; what another replica promised is left to it for one lease more. */
  private void requests(Batch batch, Recorder.Decided decided, Change change) {
    if (change instanceof Change.RequestChanged c) {
      RunningRequest was = running.put(c.request().facts().id(), c.request());
      owners.put(c.request().facts().id(), batch.gateway.name());
      check(was == null || was.attempt() <= c.request().attempt(), () -> "a request never goes back to an earlier attempt: " + was + " " + c.request());
    } else if (change instanceof Change.RequestEnded c) {
      String id = c.request().facts().id();
      RunningRequest was = running.remove(id);
      if (was == null) {
        throw new AssertionError("broken: a request ends once: " + id);
      }
      for (int attempt = 1; attempt <= was.attempt(); attempt++) {
        Hold hold = books.holds.get(new HoldId(id, attempt));
        check(hold == null || !hold.active(), () -> "a request ends when nothing of it is held: " + hold);
      }
      if (decided.command() instanceof Command.Sweep && was.phase() == RunningRequest.Phase.MOVING_ON) {
        long leases = batch.gateway.name().equals(owners.get(id)) || asked(batch, id) ? LEASE_MS : 2 * LEASE_MS;
        check(was.sinceMs() + leases <= decided.nowMs(), () -> "a promised attempt is waited for: " + id);
      }
    }
  }

  /** Somebody asked this replica itself about the request, in the same batch: then it looks at it as at its own. */
  private static boolean asked(Batch batch, String request) {
    return batch.decided.stream().map(Recorder.Decided::command).anyMatch(command -> request.equals(about(command)));
  }

  private static @Nullable String about(Command command) {
    return switch (command) {
      case Command.NextAttempt c -> c.id().request();
      case Command.Settle c -> c.id().request();
      case Command.Abandon c -> c.id().request();
      case Command.Admit c -> c.facts().id();
      case Command.Refund c -> c.receipt();
      case Command.Journal c ->
          switch (c.event()) {
            case Command.JournalEvent.HopEnd end -> end.id().request();
            case Command.JournalEvent.HopProgress progress -> progress.id().request();
            case Command.JournalEvent.RequestEnd end -> end.request();
            case Command.JournalEvent.Nothing nothing -> null;
          };
      default -> null;
    };
  }

  /** What was ended by evidence stays as it ended. */
  private static void stays(Recorder.Decided decided, Map<HoldId, Hold> before) {
    for (Change change : decided.decision().changes()) {
      if (change instanceof Change.HoldChanged c) {
        Hold hold = before.get(c.hold().id());
        Hold.State was = hold == null ? null : hold.state();
        boolean ended = was == Hold.State.SETTLED || was == Hold.State.VOIDED || was == Hold.State.CORRECTED;
        check(!ended || c.hold().state() == was, () -> "what ended for certain stays so: " + was + " " + c.hold());
      }
    }
  }

  private void once(Batch batch, Command command, Change change) {
    if (change instanceof Change.EntryPosted c) {
      Long last = lastEntry.put(c.entry().balance(), c.entry().timeMs());
      check(last == null || last <= c.entry().timeMs(), () -> "the time of a balance's entries never runs back: " + c.entry());
    } else if (change instanceof Change.RefusalCounted) {
      check(counted.add(command), () -> "a refusal is counted once: " + command);
    } else if (change instanceof Change.ReceiptWritten c && c.receipt().status().equals("Denied")) {
      String second = batch.gateway.name() + " " + batch.startedAtMs + " " + c.receipt().apiKey() + " " + c.receipt().endedAt() / 1000;
      check(denied.merge(second, 1, Integer::sum) <= Refusals.RECEIPTS_A_SECOND, () -> "a key that is refused in a loop gets no more receipts: " + second);
    }
  }

  private void leases(Batch batch, Recorder.Decided decided, Map<HoldId, Hold> before) {
    for (Change change : decided.decision().changes()) {
      if (change instanceof Change.HoldChanged c) {
        Hold was = before.get(c.hold().id());
        Hold.State now = c.hold().state();
        if (was != null && was.active() && (now == Hold.State.LEASE_VOIDED || now == Hold.State.EXPIRED)) {
          long more = batch.gateway.name().equals(holders.get(c.hold().id())) || asked(batch, c.hold().id().request()) ? 0 : LEASE_MS;
          check(was.leaseUntilMs() <= decided.nowMs(), () -> "no lease ends before it is over: " + c.hold().id());
          check(was.leaseUntilMs() + more <= decided.nowMs(), () -> "a lease of another replica is left to it for one more: " + c.hold().id());
          check(batch.startedAtMs + LEASE_MS <= decided.nowMs(), () -> "no lease ends in the first minute of a process: " + c.hold().id());
        }
        if (c.hold().active()) {
          holders.put(c.hold().id(), batch.gateway.name());
          check(c.hold().leaseUntilMs() == decided.nowMs() + LEASE_MS, () -> "whoever hears of an attempt gives it a lease: " + c.hold().id());
        }
      }
    }
  }

  private void answered(Gateway gateway, Recorder.Decided decided, Map<HoldId, Hold> before) {
    Result result = decided.decision().result();
    switch (decided.command()) {
      case Command.Admit admit -> held(decided, admit.facts(), result, before);
      case Command.NextAttempt next -> {
        RequestFacts facts = admitted.get(next.id().request());
        check(facts != null || !(result instanceof Result.Held), "only an admitted request moves on");
        if (facts != null) {
          held(decided, facts, result, before);
        }
        check(result instanceof Result.Held || !firstHeld.containsKey(next.id()), () -> "the same attempt again is held as before: " + next.id());
      }
      case Command.Settle settle -> {
        Result.Settled settled = (Result.Settled) result;
        check(settled.known() == books.holds.containsKey(settle.id()), () -> "a hold is known or it is not: " + settle.id());
        if (settled.known()) {
          same(settle.id(), settled, firstSettled);
        }
      }
      case Command.Administer told -> {
        if (result instanceof Result.Rejected) {
          check(decided.decision().changes().stream().noneMatch(Truth::ofPeople), () -> "what is refused changes nothing: " + told);
        } else if (decided.decision().changes().stream().anyMatch(Truth::ofPeople)) {
          Policy policy = inForce.get(gateway.name());
          if (policy != null) { // else it decides by what another one left, until it is told
            SimulatedPeople.carriedOut(told, books, policy);
          }
        }
      }
      case Command.Deny deny -> check(decided.decision().changes().stream().filter(Truth::tellsOfRefusal).count() == 1, "each refusal leaves a receipt or is counted");
      case Command.Abandon c -> {}
      case Command.AlertTried c -> {}
      case Command.Journal c -> {}
      case Command.Sweep c -> {}
      case Command.Activate c -> inForce.put(gateway.name(), c.policy());
    }
  }

  private static boolean ofPeople(Change change) {
    return change instanceof Change.GrantRecorded c && c.grant().key().startsWith("admin/");
  }

  private static boolean tellsOfRefusal(Change change) {
    return change instanceof Change.ReceiptWritten || change instanceof Change.RefusalCounted;
  }

  private void held(Recorder.Decided decided, RequestFacts facts, Result result, Map<HoldId, Hold> before) {
    if (!(result instanceof Result.Held held)) {
      return;
    }
    same(held.id(), held, firstHeld);
    boolean made = decided.decision().changes().stream().anyMatch(change -> change instanceof Change.HoldChanged c && c.hold().id().equals(held.id()));
    if (made && !before.containsKey(held.id())) {
      AdmissionChecks.fresh(books, Objects.requireNonNull(policies.get(facts.planDigest())), facts, held, decided.nowMs());
      if (held.id().attempt() == 1) {
        long ofKey = running.values().stream().filter(request -> request.facts().apiKey().equals(facts.apiKey())).count();
        check(ofKey <= Objects.requireNonNull(Objects.requireNonNull(policies.get(facts.planDigest())).keys().get(facts.apiKey())).concurrency(), () -> "no more requests of a key run than may: " + facts.id());
        AdmissionChecks.idempotencyKey(books, facts, new ArrayList<>(admitted.values()), decided.nowMs());
        admitted.put(facts.id(), facts);
      }
    }
  }

  private static void same(HoldId id, Result answer, Map<HoldId, Result> first) {
    Result before = first.putIfAbsent(id, answer);
    check(before == null || before.equals(answer), () -> "the first answer is given again: " + before + " / " + answer);
  }

  /** Somebody outside was told so: it must be here, and be what was told. */
  void acknowledged(Command command, Result result) {
    switch (result) {
      case Result.Held held -> {
        Hold hold = books.holds.get(held.id());
        check(hold != null && hold.amount() == held.amountNanos() && Objects.equals(hold.balance(), held.balance()), () -> "an acknowledged hold is durable: " + held);
      }
      case Result.Settled settled -> {
        Hold hold = books.holds.get(settled.id());
        check(hold != null || !settled.known(), () -> "who is told of a hold is told the truth: " + settled);
        check(hold == null || settled.equals(hold.answer()), () -> "an acknowledged settlement is durable: " + settled);
      }
      case Result.Refused refused -> check(refused.receipt() == null || books.receipts.containsKey(refused.receipt()) || running.containsKey(refused.receipt()), () -> "an acknowledged refusal has its receipt: " + refused);
      case Result.Granted granted -> check(books.grants.contains(key(command)), () -> "an acknowledged grant is durable: " + granted);
      case Result.Booked booked -> check(books.grants.contains(key(command)), () -> "an acknowledged command is durable: " + booked);
      case Result.TaskSet set -> check(books.grants.contains(key(command)), () -> "an acknowledged command is durable: " + set);
      case Result.Rejected rejected -> {}
      case Result.Done done -> {}
    }
  }

  private static String key(Command command) {
    return "admin/" + ((Command.Administer) command).idempotencyKey();
  }

  @Nullable Hold hold(HoldId id) {
    return books.holds.get(id);
  }

  boolean runs(String request) {
    return running.containsKey(request);
  }

  /** What a process finds in its store is what a replay of the history gives. */
  void sameAs(LedgerState state, long startedAtMs) {
    books.checkSame(books.state(startedAtMs, true), state);
  }

  /** A clock that was ahead drives ledger time, so its leases are later than true time: whether something still waits for that. */
  boolean busy() {
    return books.holds.values().stream().anyMatch(Hold::active) || !running.isEmpty();
  }

  /**
   * What the journal says of an attempt's end is never lost: it ended by it, or was corrected.
   *
   * @param ends attempts, and whether their line reports usage
   */
  void read(Map<HoldId, Boolean> ends) {
    ends.forEach((id, usage) -> {
      Hold hold = books.holds.get(id);
      check(hold == null || !usage || !UNCERTAIN.contains(hold.state()) || tooLate.contains(id), () -> "usage that the journal reports is not lost: " + hold);
    });
  }

  /** Time passed, nothing more is said: everything is released, and every request has its receipt. */
  void quiet() {
    books.holds.values().forEach(hold -> check(!hold.active(), () -> "every hold has ended: " + hold));
    books.accounts.values().forEach(account -> check(account.held() == 0, () -> "held = 0 in the end: " + account));
    books.buckets.values().forEach(bucket -> check(bucket.held() == 0, () -> "held = 0 in the end: " + bucket));
    check(running.isEmpty(), () -> "nothing runs in the end: " + running.keySet());
    admitted.keySet().forEach(id -> check(books.receipts.containsKey(id), () -> "every admitted request has its receipt: " + id));
    books.holds.values().forEach(hold -> trace.count("hold " + hold.state()));
    books.receipts.values().forEach(receipt -> trace.count("receipt " + receipt.status()));
  }
}
