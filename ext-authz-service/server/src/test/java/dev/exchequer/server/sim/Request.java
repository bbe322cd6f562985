package dev.exchequer.server.sim;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.EvidenceBuilder;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.engine.Admitted;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** One client's request at one gateway's Envoy: admission, attempts at upstreams, settlements and lines of the journal, over a network that does what it wants. */
final class Request {
  private static final long ADMIT_TIMEOUT_MS = 2_000;
  private static final long DEADLINE_NANOS = 1_500_000_000L;
  private static final long PROGRESS_MS = 20_000;

  private final Traffic traffic;
  private final Gateway gateway;
  private final EnvoyLog log;
  private final RequestFacts facts;
  private final Admitted admitted;
  private int attempt = 1;
  private boolean waits = true;
  private boolean over;
  private boolean dead;

  Request(Traffic traffic, Gateway gateway, EnvoyLog log, RequestFacts facts, Policy policy) {
    this.traffic = traffic;
    this.gateway = gateway;
    this.log = log;
    this.facts = facts;
    this.admitted =
        new Admitted(
            facts, policy, Objects.requireNonNull(policy.keys().get(facts.apiKey())), Objects.requireNonNull(policy.projects().get(facts.project())),
            Objects.requireNonNull(policy.routes().get(Objects.requireNonNull(facts.route()))), (provider, model, cap) -> "");
  }

  private Scheduler scheduler() {
    return gateway.scheduler();
  }

  void begin() {
    ask(new Command.Admit(facts, ProviderView.ALL_WELL), true);
  }

  /** Attempt n, with the patience of Envoy: who waits no longer is gone, and the call is cancelled. */
  private void ask(Command command, boolean first) {
    waits = true;
    int mine = attempt;
    boolean[] cancelled = {false};
    Runnable call = () -> gateway.call(engine -> {
      long deadline = gateway.nanos() + DEADLINE_NANOS;
      HoldId id = new HoldId(facts.id(), mine);
      CompletableFuture<Result> answer = first ? engine.admit(admitted, () -> cancelled[0], deadline) : engine.next(id, () -> cancelled[0], deadline);
      int life = gateway.life();
      long troubles = gateway.faults().troubles();
      answer.whenComplete((result, error) -> {
        if (cancelled[0] && result instanceof Result.Held held) {
          engine.abandon(held.id());
        }
        if (cancelled[0] && result instanceof Result.Held || error != null && error.getCause() instanceof CancellationException) {
          letGo(id, life, troubles);
        } else if (result != null) {
          traffic.network(() -> answered(command, mine, result));
        } else {
          gateway.troubled(error);
        }
      });
    });
    if (first) {
      traffic.once(call);
    } else {
      traffic.network(call);
    }
    scheduler().after(ADMIT_TIMEOUT_MS, () -> {
      if (waits && attempt == mine && !over) {
        cancelled[0] = true;
        over(503);
      }
    });
  }

  /** Nobody heard of this hold, and its process knows that: it does not wait for its lease. */
  private void letGo(HoldId id, int life, long troubles) {
    scheduler().after(10_000, () -> {
      Hold hold = gateway.truth().hold(id);
      if (hold != null && hold.active() && gateway.life() == life && gateway.faults().troubles() == troubles && gateway.up()) {
        throw new AssertionError("broken: a hold that nobody heard of is let go: " + id);
      }
    });
  }

  private void answered(Command command, int of, Result result) {
    gateway.truth().acknowledged(command, result);
    if (over || of != attempt || !waits) {
      return;
    }
    waits = false;
    if (result instanceof Result.Held) {
      if (scheduler().oneIn(15)) {
        traffic.once(() -> gateway.call(engine -> again(command, engine.admit(admitted, () -> false, gateway.nanos() + DEADLINE_NANOS))));
      }
      if (scheduler().oneIn(40)) {
        over(0); // Envoy lost the client before anything was sent
      } else {
        sent();
      }
    } else {
      over(result instanceof Result.Refused refused ? refused.ending().httpStatus() : 503);
    }
  }

  /** The same admission once more: the first answer. */
  private void again(Command command, CompletableFuture<Result> answer) {
    answer.whenComplete((result, error) -> {
      gateway.troubled(error);
      if (result instanceof Result.Held held && held.id().attempt() == 1) {
        traffic.once(() -> gateway.truth().acknowledged(command, held));
      }
    });
  }

  private void sent() {
    HoldId id = new HoldId(facts.id(), attempt);
    boolean early = scheduler().oneIn(10);
    Evidence evidence = EvidenceBuilder.any(scheduler().random, Evidence.From.SETTLE).build();
    boolean unsaid = gateway.faults().endsUnsaid();
    long takes = takes();
    for (long at = PROGRESS_MS; at < takes; at += PROGRESS_MS) {
      scheduler().after(at, () -> written(() -> log.progress(id)));
    }
    scheduler().after(takes, () -> {
      if (dead) {
        return;
      }
      if (early) {
        log.end(id, evidence);
      } else if (!unsaid) {
        scheduler().after(scheduler().oneIn(8) ? scheduler().random.nextInt(30_000) : scheduler().random.nextInt(5), () -> written(() -> log.end(id, evidence)));
      }
      if (!unsaid || scheduler().oneIn(2)) {
        settle(id, evidence);
      }
    });
  }

  /** By an Envoy that lives. */
  private void written(Runnable line) {
    if (!dead) {
      line.run();
    }
  }

  private long takes() {
    if (gateway.faults().onTheMinute()) {
      return onTheMinute(1 + scheduler().random.nextInt(3));
    }
    int dice = scheduler().random.nextInt(20);
    return dice < 14 ? scheduler().random.nextInt(3_000) : dice < 18 ? scheduler().random.nextInt(30_000) : scheduler().random.nextInt(150_000);
  }

  /** Milliseconds until so many more sweeps, or one before. */
  private long onTheMinute(int minutes) {
    return Math.max(0, Faults.untilMinuteMs(scheduler().nowMs()) + 60_000L * (minutes - 1) - scheduler().random.nextInt(2));
  }

  private void settle(HoldId id, Evidence evidence) {
    waits = true;
    Command command = new Command.Settle(id, evidence, ProviderView.ALL_WELL);
    traffic.network(() -> gateway.call(engine -> engine.settle(id, evidence).whenComplete((result, error) -> {
      gateway.troubled(error);
      if (result != null) {
        traffic.network(() -> settled(command, id, evidence, (Result.Settled) result));
      }
    })));
    scheduler().after(ADMIT_TIMEOUT_MS, () -> {
      if (waits && attempt == id.attempt() && !over) {
        over(evidence.status() >= 200 && evidence.status() < 300 ? evidence.status() : 503);
      }
    });
  }

  private void settled(Command command, HoldId id, Evidence evidence, Result.Settled settled) {
    gateway.truth().acknowledged(command, settled);
    if (over || !waits || attempt != id.attempt()) {
      return;
    }
    waits = false;
    if (!settled.next()) {
      over(evidence.status());
      return;
    }
    attempt++;
    // others close what was promised and did not come for two leases
    long after = gateway.faults().onTheMinute() ? onTheMinute(2 + scheduler().random.nextInt(2)) : scheduler().random.nextInt(50);
    scheduler().after(after, () -> ask(new Command.NextAttempt(new HoldId(facts.id(), attempt), ProviderView.ALL_WELL), false));
  }

  private void over(int status) {
    over = true;
    written(() -> log.over(facts.id(), status));
  }

  /** What is sent to it goes on, nobody is there any more, and no line is written. */
  void envoyDied() {
    over = true;
    dead = true;
  }
}
