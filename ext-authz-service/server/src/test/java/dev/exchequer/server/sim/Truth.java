package dev.exchequer.server.sim;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.AdmissionChecks;
import dev.exchequer.ledger.Books;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.ledger.SimulatedPeople;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
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

  private final Books books = new Books(false);
  private final Trace trace;
  private final Map<String, Policy> policies;
  private final Map<String, RequestFacts> admitted = new LinkedHashMap<>();
  private final Map<HoldId, Result> firstHeld = new HashMap<>();
  private final Map<HoldId, Result> firstSettled = new HashMap<>();
  private final Map<String, RunningRequest> running = new LinkedHashMap<>();
  /** By gateway. */
  private final Map<String, Policy> inForce = new HashMap<>();
  private final Map<ObjectName, Long> lastEntry = new HashMap<>();
  private final Set<Command> counted = new HashSet<>();
  private long commits;

  Truth(Trace trace, Map<String, Policy> policies) {
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
      Map<HoldId, Hold.State> states = states(decided.decision().changes());
      books.record(decided.decision().changes());
      decided.decision().changes().forEach(this::requests);
      decided.decision().changes().forEach(change -> once(decided.command(), change));
      stays(decided, states);
      leases(batch, decided, states);
      answered(gateway, decided, states);
    }
  }

  private Map<HoldId, Hold.State> states(List<Change> changes) {
    Map<HoldId, Hold.State> states = new HashMap<>();
    for (Change change : changes) {
      if (change instanceof Change.HoldChanged c && books.holds.get(c.hold().id()) != null) {
        states.put(c.hold().id(), Objects.requireNonNull(books.holds.get(c.hold().id())).state());
      }
    }
    return states;
  }

  private void requests(Change change) {
    if (change instanceof Change.RequestChanged c) {
      running.put(c.request().facts().id(), c.request());
    } else if (change instanceof Change.RequestEnded c) {
      running.remove(c.request().facts().id());
    }
  }

  /** What was ended by evidence stays as it ended. */
  private static void stays(Recorder.Decided decided, Map<HoldId, Hold.State> before) {
    for (Change change : decided.decision().changes()) {
      if (change instanceof Change.HoldChanged c) {
        Hold.State was = before.get(c.hold().id());
        boolean ended = was == Hold.State.SETTLED || was == Hold.State.VOIDED || was == Hold.State.CORRECTED;
        check(!ended || c.hold().state() == was, "what ended for certain stays so: " + was + " " + c.hold());
      }
    }
  }

  private void once(Command command, Change change) {
    if (change instanceof Change.EntryPosted c) {
      Long last = lastEntry.put(c.entry().balance(), c.entry().timeMs());
      check(last == null || last <= c.entry().timeMs(), "the time of a balance's entries never runs back: " + c.entry());
    } else if (change instanceof Change.RefusalCounted) {
      check(counted.add(command), "a refusal is counted once: " + command);
    }
  }

  private void leases(Batch batch, Recorder.Decided decided, Map<HoldId, Hold.State> before) {
    for (Change change : decided.decision().changes()) {
      if (change instanceof Change.HoldChanged c && before.get(c.hold().id()) == Hold.State.ACTIVE) {
        Hold.State now = c.hold().state();
        if (now == Hold.State.LEASE_VOIDED || now == Hold.State.EXPIRED) {
          check(c.hold().leaseUntilMs() <= decided.nowMs(), "no lease ends before it is over: " + c.hold().id());
          check(batch.startedAtMs + 60_000 <= decided.nowMs(), "no lease ends in the first minute of a process: " + c.hold().id());
        }
      }
    }
  }

  private void answered(Gateway gateway, Recorder.Decided decided, Map<HoldId, Hold.State> before) {
    Result result = decided.decision().result();
    switch (decided.command()) {
      case Command.Admit admit -> held(decided, admit.facts(), result, before);
      case Command.NextAttempt next -> {
        RequestFacts facts = admitted.get(next.id().request());
        check(facts != null || !(result instanceof Result.Held), "only an admitted request moves on");
        if (facts != null) {
          held(decided, facts, result, before);
        }
        check(result instanceof Result.Held || !firstHeld.containsKey(next.id()), "the same attempt again is held as before: " + next.id());
      }
      case Command.Settle settle -> {
        Result.Settled settled = (Result.Settled) result;
        check(settled.known() == books.holds.containsKey(settle.id()), "a hold is known or it is not: " + settle.id());
        if (settled.known()) {
          same(settle.id(), settled, firstSettled);
        }
      }
      case Command.Administer told -> {
        if (result instanceof Result.Rejected) {
          check(decided.decision().changes().stream().noneMatch(Truth::ofPeople), "what is refused changes nothing: " + told);
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

  private void held(Recorder.Decided decided, RequestFacts facts, Result result, Map<HoldId, Hold.State> before) {
    if (!(result instanceof Result.Held held)) {
      return;
    }
    same(held.id(), held, firstHeld);
    boolean made = decided.decision().changes().stream().anyMatch(change -> change instanceof Change.HoldChanged c && c.hold().id().equals(held.id()));
    if (made && !before.containsKey(held.id())) {
      AdmissionChecks.fresh(books, Objects.requireNonNull(policies.get(facts.planDigest())), facts, held, decided.nowMs());
      if (held.id().attempt() == 1) {
        AdmissionChecks.idempotencyKey(books, facts, new ArrayList<>(admitted.values()), decided.nowMs());
        admitted.put(facts.id(), facts);
      }
    }
  }

  private static void same(HoldId id, Result answer, Map<HoldId, Result> first) {
    Result before = first.putIfAbsent(id, answer);
    check(before == null || before.equals(answer), "the first answer is given again: " + before + " / " + answer);
  }

  /** Somebody outside was told so: it must be here, and be what was told. */
  void acknowledged(Command command, Result result) {
    switch (result) {
      case Result.Held held -> {
        Hold hold = books.holds.get(held.id());
        check(hold != null && hold.amount() == held.amountNanos() && Objects.equals(hold.balance(), held.balance()), "an acknowledged hold is durable: " + held);
      }
      case Result.Settled settled -> {
        Hold hold = books.holds.get(settled.id());
        check(hold != null || !settled.known(), "who is told of a hold is told the truth: " + settled);
        check(hold == null || settled.equals(hold.answer()), "an acknowledged settlement is durable: " + settled);
      }
      case Result.Refused refused -> check(refused.receipt() == null || books.receipts.containsKey(refused.receipt()) || running.containsKey(refused.receipt()), "an acknowledged refusal has its receipt: " + refused);
      case Result.Granted granted -> check(books.grants.contains(key(command)), "an acknowledged grant is durable: " + granted);
      case Result.Booked booked -> check(books.grants.contains(key(command)), "an acknowledged command is durable: " + booked);
      case Result.TaskSet set -> check(books.grants.contains(key(command)), "an acknowledged command is durable: " + set);
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
      check(hold == null || !usage || !(hold.state() == Hold.State.LEASE_VOIDED || hold.state() == Hold.State.EXPIRED || hold.state() == Hold.State.ESTIMATED) || late(hold), "usage that the journal reports is not lost: " + hold);
    });
  }

  /** Its policy may have been dropped before the line was read. */
  private boolean late(Hold hold) {
    return books.now - hold.leaseUntilMs() > HOUR_MS;
  }

  /** Time passed, nothing more is said: everything is released, and every request has its receipt. */
  void quiet() {
    books.holds.values().forEach(hold -> check(!hold.active(), "every hold has ended: " + hold));
    books.accounts.values().forEach(account -> check(account.held() == 0, "held = 0 in the end: " + account));
    books.buckets.values().forEach(bucket -> check(bucket.held() == 0, "held = 0 in the end: " + bucket));
    check(running.isEmpty(), "nothing runs in the end: " + running.keySet());
    admitted.keySet().forEach(id -> check(books.receipts.containsKey(id), "every admitted request has its receipt: " + id));
    books.holds.values().forEach(hold -> trace.count("hold " + hold.state()));
    books.receipts.values().forEach(receipt -> trace.count("receipt " + receipt.status()));
  }
}
