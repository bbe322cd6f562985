package dev.exchequer.ledger;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.pricing.Demand;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Clients, meters and journals that duplicate, delay, reorder and lose everything, over a ledger that crashes. Commands come in batches; a crash loses the
 * batch that was not committed, and nothing else.
 */
final class Simulation {
  private static final long HOUR_MS = 3_600_000;

  private final Random random;
  private final SimulatedPolicies policies;
  private final SimulatedPeople people;
  private final Map<String, RequestFacts> admitted = new LinkedHashMap<>();
  private final List<String> recent = new ArrayList<>();
  private final List<Command.Administer> grantsMade = new ArrayList<>();
  private final Map<String, Long> administered = new LinkedHashMap<>();
  private final Map<HoldId, Result> firstHeld = new LinkedHashMap<>();
  private final Map<HoldId, Result> firstSettled = new LinkedHashMap<>();
  private Books books = new Books();
  private int durable;
  private LedgerState state;
  private long startedAt;
  private long now = World.START;
  private int requests;
  private int places;

  Simulation(long seed) {
    this.random = new Random(seed);
    this.policies = new SimulatedPolicies(random);
    this.people = new SimulatedPeople(random);
    this.startedAt = now;
    this.state = books.state(now, true);
  }

  void run(int steps) {
    apply(new Command.Activate(policies.next()));
    commit();
    for (int step = 0; step < steps; step++) {
      try {
        step();
        if (random.nextInt(3) == 0) {
          commit();
        }
        if (step % 400 == 399) {
          books.checkSame(state, books.state(startedAt, true));
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("at step " + step + ": " + e.getMessage(), e);
      }
    }
    settleDown();
  }

  private void step() {
    now += random.nextInt(800);
    int dice = random.nextInt(1000);
    if (dice < 300) {
      admit();
    } else if (dice < 320) {
      again();
    } else if (dice < 540) {
      settle();
    } else if (dice < 640) {
      next();
    } else if (dice < 790) {
      journal();
    } else if (dice < 800) {
      apply(new Command.Abandon(someHold()));
    } else if (dice < 850) {
      time();
      sweep();
    } else if (dice < 860) {
      apply(new Command.Activate(policies.next()));
    } else if (dice < 880) {
      tell(people.grant(books, now));
    } else if (dice < 900) {
      administer();
    } else if (dice < 910) {
      deny();
    } else if (dice < 995) {
      finishSome();
    } else {
      crash();
    }
  }

  private void time() {
    now += switch (random.nextInt(12)) {
      case 0, 1 -> 61_000;
      case 2 -> random.nextInt((int) HOUR_MS);
      case 3 -> random.nextInt(8) == 0 ? random.nextLong(40 * HOUR_MS) : 0;
      default -> random.nextInt(5_000);
    };
  }

  private void commit() {
    durable = books.history.size();
  }

  /** What was not committed never happened. Whoever holds an answer of it got none. */
  private void crash() {
    Books before = books;
    books = new Books();
    books.record(before, durable);
    admitted.keySet().removeIf(id -> !books.holds.containsKey(new HoldId(id, 1)));
    recent.retainAll(admitted.keySet());
    firstHeld.keySet().removeIf(id -> !books.holds.containsKey(id));
    firstSettled.keySet().removeIf(id -> !books.holds.containsKey(id) || Objects.requireNonNull(books.holds.get(id)).active());
    grantsMade.removeIf(grant -> !books.grants.contains("admin/" + grant.idempotencyKey()));
    now += random.nextInt(3_000);
    startedAt = now;
    LedgerState replayed = books.state(now, true);
    state = books.state(now, random.nextBoolean());
    books.checkSame(replayed, state);
    firstHeld.keySet().forEach(id -> check(state.hold(id).isPresent(), "an acknowledged hold survives a crash"));
  }

  private Result apply(Command command) {
    Decision decision = LedgerCore.apply(state, command, now);
    books.now = now;
    books.record(decision.changes());
    return decision.result();
  }

  private ProviderView providers() {
    return switch (random.nextInt(20)) {
      case 0 -> new ProviderView(Map.of(SimulatedPolicies.PROVIDERS.get(0), new ProviderView.Standing.CoolingDown(7)));
      case 1 -> new ProviderView(Map.of(SimulatedPolicies.PROVIDERS.get(1), new ProviderView.Standing.Probe()));
      default -> ProviderView.ALL_WELL;
    };
  }

  private RequestFacts facts() {
    ObjectName key = SimulatedPolicies.KEYS.get(random.nextInt(SimulatedPolicies.KEYS.size()));
    String idempotencyKey = random.nextInt(4) == 0 ? "idem" + random.nextInt(8) : null;
    String task = random.nextInt(4) == 0 ? "" : "task" + random.nextInt(8);
    Endpoint endpoint = random.nextInt(10) == 0 ? Endpoint.EMBEDDINGS : Endpoint.CHAT_COMPLETIONS;
    Demand demand = new Demand(random.nextInt(1000), false, random.nextInt(200), 1 + random.nextInt(2), 1, "default", null, null);
    return new RequestFacts(
        "r" + ++requests, now, key, key.name(), SimulatedPolicies.projectOf(key), "owner", task, "user" + random.nextInt(3), null, idempotencyKey, endpoint, "model",
        SimulatedPolicies.ROUTES.get(random.nextInt(3)), 1, "f", state.policy().orElseThrow().digest(), random.nextBoolean(), Set.of(), demand);
  }

  private void admit() {
    RequestFacts facts = facts();
    Result result = apply(new Command.Admit(facts, providers()));
    if (result instanceof Result.Held held) {
      admitted.put(facts.id(), facts);
      recent.add(facts.id());
      fresh(facts, held);
      AdmissionChecks.idempotencyKey(books, facts, admitted.values(), now);
    } else {
      refused(facts, result);
    }
  }

  /** A refusal names a receipt, or it is counted and its key has had its receipts of this second. */
  private void refused(RequestFacts facts, Result result) {
    if (((Result.Refused) result).receipt() == null) {
      check(books.receiptsOfRefusals(facts.apiKey(), now) == Refusals.RECEIPTS_A_SECOND, "a refusal without a receipt is one too many in its second");
    }
  }

  /** A client that is refused in a loop. */
  private void deny() {
    int calls = random.nextInt(10) == 0 ? 1 + random.nextInt(30) : 1;
    for (int i = 0; i < calls; i++) {
      RequestFacts facts = facts();
      long before = books.receiptsOfRefusals(facts.apiKey(), now) + books.refusalsCounted;
      refused(facts, apply(new Command.Deny(facts, Ending.of(404, "model_not_found", "no route", new Ending.Retry.No()))));
      check(books.receiptsOfRefusals(facts.apiKey(), now) + books.refusalsCounted == before + 1, "each refusal leaves a receipt or is counted");
    }
  }

  private void fresh(RequestFacts facts, Result.Held held) {
    firstHeld.put(held.id(), held);
    AdmissionChecks.fresh(books, state.policy(facts.planDigest()).orElseThrow(), facts, held, now);
  }

  /** The same admission, hold or grant once more. */
  private void again() {
    if (random.nextInt(3) == 0 && !grantsMade.isEmpty()) {
      apply(new Command.Sweep());
      int before = books.history.size();
      Command.Administer command = grantsMade.get(random.nextInt(grantsMade.size()));
      Result result = apply(command);
      check(books.history.size() == before, "the same command of people twice is one");
      check(result instanceof Result.Granted || result instanceof Result.Booked || result instanceof Result.TaskSet, "the first answer");
      return;
    }
    String id = someRequest();
    RequestFacts facts = admitted.get(id);
    if (facts != null) {
      same(new HoldId(id, 1), apply(new Command.Admit(facts, providers())), firstHeld);
    }
  }

  private static void same(HoldId id, Result answer, Map<HoldId, Result> first) {
    Result before = first.putIfAbsent(id, answer);
    check(before == null || before.equals(answer), () -> "the first answer is given again: " + before + " / " + answer);
  }

  private String someRequest() {
    if (recent.isEmpty()) {
      return "nobody";
    }
    int back = random.nextInt(10) == 0 ? recent.size() : Math.min(recent.size(), 12);
    return recent.get(recent.size() - 1 - random.nextInt(back));
  }

  private HoldId someHold() {
    String id = someRequest();
    int attempt = state.running(id).map(RunningRequest::attempt).orElse(1);
    return new HoldId(id, random.nextInt(10) == 0 ? 1 + random.nextInt(4) : attempt);
  }

  private void settle() {
    HoldId id = someHold();
    settle(id, EvidenceBuilder.any(random, Evidence.From.SETTLE).build());
  }

  private void settle(HoldId id, Evidence evidence) {
    @Nullable Hold before = books.holds.get(id);
    Result.Settled settled = (Result.Settled) apply(new Command.Settle(id, evidence, providers()));
    check(settled.known() == (before != null), "a hold is known or it is not");
    if (before == null) {
      check(!settled.next(), "an unknown hold is never moved on from");
      return;
    }
    same(id, settled, firstSettled);
    corrected(before, evidence);
    if (before.active()) {
      check(settled.next() == !books.receipts.containsKey(id.request()), "another attempt or the receipt");
      check(!settled.next() || !evidence.released() || evidence.status() >= 300, "no other attempt once bytes were released");
    }
  }

  /** Late evidence corrects what is uncertain, for an hour and no longer, whatever was restarted or superseded meanwhile. */
  private void corrected(Hold before, Evidence evidence) {
    if (before.state().mayBeCorrected() && evidence.usage().reported()) {
      boolean corrected = Objects.requireNonNull(books.holds.get(before.id())).state() == Hold.State.CORRECTED;
      check(corrected == now - before.leaseUntilMs() < HOUR_MS, () -> "usage that comes late corrects for an hour: " + before.id());
      administered.merge(corrected ? "late usage corrected" : "usage came too late", 1L, Long::sum);
    }
  }

  private void next() {
    String id = someRequest();
    int attempt = state.running(id).filter(r -> r.phase() == RunningRequest.Phase.MOVING_ON).map(r -> r.attempt() + 1).orElse(2 + random.nextInt(3));
    HoldId hold = new HoldId(id, attempt);
    boolean known = books.holds.containsKey(hold);
    Result result = apply(new Command.NextAttempt(hold, providers()));
    if (known) {
      same(hold, result, firstHeld);
    } else if (result instanceof Result.Held held) {
      fresh(Objects.requireNonNull(admitted.get(id)), held);
    }
  }

  private void journal() {
    HoldId id = someHold();
    Evidence evidence = EvidenceBuilder.any(random, Evidence.From.JOURNAL).build();
    @Nullable Hold before = books.holds.get(id);
    switch (random.nextInt(6)) {
      case 0, 1, 2 -> {
        read(new JournalEvent.HopEnd(id, evidence));
        if (before != null) {
          check(!Objects.requireNonNull(books.holds.get(id)).active(), "a line of the journal ends an attempt");
          corrected(before, evidence);
        }
      }
      case 3 -> read(new JournalEvent.HopProgress(id, evidence));
      case 4 -> read(new JournalEvent.RequestEnd(id.request(), random.nextBoolean() ? 200 : 503, random.nextBoolean()));
      default -> read(new JournalEvent.Nothing());
    }
  }

  private void read(JournalEvent event) {
    apply(new Command.Journal(new Command.JournalPosition("hops.jsonl", 1, 1, ++places), event));
  }

  /** The usual case, so that what runs stays limited: an attempt that runs is settled. */
  private void finishSome() {
    state.activeHolds().stream().findFirst().map(Hold::id).ifPresent(id -> settle(id, EvidenceBuilder.any(random, Evidence.From.SETTLE).build()));
  }

  /** Labels are opened, extended and closed; none of it changes what they spent or hold. */
  private void task() {
    apply(new Command.Sweep());
    int before = books.history.size();
    tell(people.task());
    List<Change> changes = books.history.subList(before, books.history.size());
    check(changes.stream().noneMatch(change -> change instanceof Change.BucketChanged), "nothing that a task spent or holds is changed by what is said of it");
  }

  private void administer() {
    if (random.nextInt(3) == 0) {
      task();
      return;
    }
    HoldId id = someHold();
    for (int i = 0; i < 6 && (books.holds.get(id) == null || Objects.requireNonNull(books.holds.get(id)).charged() == 0); i++) {
      id = someHold();
    }
    people.something(books, id).forEach(this::tell);
  }

  /** What is refused changes nothing. */
  private void tell(Command.Administer command) {
    apply(new Command.Sweep());
    int before = books.history.size();
    Result result = apply(command);
    String answer = result instanceof Result.Rejected rejected ? rejected.code() : "accepted";
    administered.merge(command.getClass().getSimpleName() + " " + answer, 1L, Long::sum);
    if (result instanceof Result.Rejected) {
      check(books.history.size() == before, "what is refused changes nothing");
    } else {
      SimulatedPeople.carriedOut(command, books, state.policy().orElseThrow());
      grantsMade.add(command);
    }
  }

  private void sweep() {
    apply(new Command.Sweep());
    if (now >= startedAt + Attempts.LEASE_MS) {
      for (Hold hold : state.activeHolds()) {
        check(hold.leaseUntilMs() > now, "no hold is active past its lease");
      }
    }
  }

  /** Time passes, nothing more is said: everything is released, and every request has its receipt. */
  private void settleDown() {
    for (int i = 0; i < 3; i++) {
      now += Attempts.LEASE_MS;
      sweep();
    }
    check(state.activeHolds().isEmpty() && state.runningRequests().isEmpty(), "nothing runs in the end");
    books.accounts.values().forEach(account -> check(account.held() == 0, () -> "held = 0 in the end: " + account));
    books.buckets.values().forEach(bucket -> check(bucket.held() == 0, () -> "held = 0 in the end: " + bucket));
    admitted.keySet().forEach(id -> check(books.receipts.containsKey(id), () -> "every admitted request has its receipt: " + id));
    books.holds.values().forEach(hold -> check(!hold.active(), "every hold has ended"));
    books.checkSame(state, books.state(startedAt, true));
    books.checkSame(state, books.state(startedAt, false));
  }

  /** How much happened, so that a test can see that the simulation is not idle. */
  Map<String, Long> tally() {
    Map<String, Long> tally = new LinkedHashMap<>(administered);
    books.history.forEach(change -> {
      if (change instanceof Change.EntryPosted posted) {
        tally.merge(posted.entry().kind().text(), 1L, Long::sum);
      }
    });
    books.holds.values().forEach(hold -> tally.merge(hold.state().name(), 1L, Long::sum));
    books.receipts.values().forEach(receipt -> {
      tally.merge(receipt.status(), 1L, Long::sum);
      receipt.hops().forEach(hop -> tally.merge(hop.skipReason() == null ? hop.outcome() : hop.skipReason(), 1L, Long::sum));
    });
    return tally;
  }
}
