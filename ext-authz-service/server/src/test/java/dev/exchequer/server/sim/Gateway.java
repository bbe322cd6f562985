package dev.exchequer.server.sim;

import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.engine.LedgerEngine;
import dev.exchequer.server.journal.SteppedFollower;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The accounting process of one gateway: the real engine over the real lane, on fibers. It is killed, started again, stopped and continued; what it had in
 * memory, what was on its way to it and the answers that it had not given are gone then.
 */
public final class Gateway {
  private static final long SECOND_MS = 1_000;

  private final String name;
  private final Surroundings world;
  private final Home home;
  private final SkewedClock clock;
  private final Recorder recorder;
  private BooleanSupplier ended = () -> false;
  private int life;
  private boolean up;
  private long frozenUntilMs;
  private long startedAtMs;
  private long bootedAtMs;
  private @Nullable Fiber lane;
  private final Map<Fiber, Long> tailers = new LinkedHashMap<>();
  private @Nullable LedgerEngine engine;
  private long idleSince = -1;
  private final Deque<Runnable> answers = new ArrayDeque<>();

  Gateway(String name, Surroundings world, Home home) {
    this.name = name;
    this.world = world;
    this.home = home;
    this.clock = new SkewedClock(world.scheduler());
    this.recorder = new Recorder();
  }

  public String name() {
    return name;
  }

  public Scheduler scheduler() {
    return world.scheduler();
  }

  public Faults faults() {
    return world.faults();
  }

  public Truth truth() {
    return world.truth();
  }

  public Recorder recorder() {
    return recorder;
  }

  public Clock clock() {
    return clock;
  }

  SkewedClock wall() {
    return clock;
  }

  /** As System.nanoTime. */
  public long nanos() {
    return world.scheduler().nowMs() * 1_000_000;
  }

  public void startedAt(long ms) {
    startedAtMs = ms;
  }

  /** Ledger time at which it took over. */
  public long startedAt() {
    return startedAtMs;
  }

  /** Which process it is: another one after each kill. */
  public int life() {
    return life;
  }

  boolean up() {
    return up;
  }

  /** Another process took its name: it says so at /readyz, and somebody starts it again. */
  boolean replaced() {
    return up && ended.getAsBoolean();
  }

  boolean serving() {
    return up && engine != null && engine.admitting();
  }

  LedgerEngine engine() {
    return java.util.Objects.requireNonNull(engine);
  }

  void start() {
    life++;
    up = true;
    engine = null;
    ended = () -> false;
    idleSince = -1;
    answers.clear();
    bootedAtMs = world.scheduler().nowMs();
    startedAtMs = Long.MAX_VALUE / 2;
    world.scheduler().trace(name + " starts");
    Fiber fiber = new Fiber(world.scheduler(), this::run);
    lane = fiber;
    resumeAfter(0, fiber);
  }

  private void run() {
    Home.Opened opened;
    while (true) {
      try {
        opened = home.open(this);
        break;
      } catch (IllegalStateException | LedgerUnavailable e) {
        world.scheduler().trace(name + " cannot start: " + e.getMessage());
        sleep(SECOND_MS); // whoever supervises it starts it again
      }
    }
    ended = opened.ended();
    LedgerEngine made = new LedgerEngine(opened.lane(), opened.remember(), () -> true, LedgerEngine.Observer.NONE, this::nanos);
    made.restore(opened.loaded());
    engine = made;
    activate(world.policy());
    int mine = life;
    clockwork(mine, made);
    scheduler().after(61 * SECOND_MS, () -> here(mine, made::forgetPredecessor));
    tailer(SimulatedLog.HOPS, opened.loaded(), made);
    tailer(SimulatedLog.REQUESTS, opened.loaded(), made);
    while (true) {
      if (!opened.lane().turn()) {
        idle();
      }
    }
  }

  /** Follows one file of the journal, as a thread of the service does. */
  private void tailer(Path path, LedgerState loaded, LedgerEngine made) {
    SteppedFollower follower =
        new SteppedFollower(
            world.logOf(this), path, loaded.journalPosition(path.toString()).orElse(null), path.equals(SimulatedLog.HOPS), made::providerOf,
            (place, event) -> {
              CompletableFuture<Result> answer = made.journal(place, event);
              poke();
              return answer;
            },
            new Following(this));
    Fiber[] self = new Fiber[1];
    Fiber fiber = new Fiber(world.scheduler(), () -> {
      while (true) {
        follower.follow();
        tailers.put(self[0], self[0].pauses() + 1);
        self[0].pause();
      }
    });
    self[0] = fiber;
    tailers.put(fiber, 0L);
    resumeAfter(0, fiber);
  }

  /** There is more in the journal: it is looked at within 50 ms. */
  void appended() {
    int mine = life;
    tailers.forEach((fiber, pause) -> world.scheduler().after(world.scheduler().random.nextInt(50), () -> wake(mine, fiber, pause)));
  }

  void activate(Policy policy) {
    LedgerEngine made = engine;
    if (made != null && up) {
      told(made.activate(policy, policy.digest().getBytes(StandardCharsets.UTF_8)));
    }
  }

  private void told(CompletableFuture<Result> answer) {
    answer.whenComplete((result, error) -> troubled(error));
    poke();
  }

  void troubled(@Nullable Throwable error) {
    if (error == null) {
      return;
    }
    Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    if (!(cause instanceof LedgerUnavailable || cause instanceof CancellationException)) {
      throw new AssertionError("broken: every command can be decided: " + cause, cause);
    }
    if (cause instanceof LedgerUnavailable unavailable && String.valueOf(unavailable.getMessage()).contains("locked")) {
      throw new AssertionError("broken: what is written was locked: " + cause, cause);
    }
  }

  private void clockwork(int ofLife, LedgerEngine made) {
    world.scheduler().after(faults().untilSweepMs(world.scheduler().nowMs()), () -> here(ofLife, () -> {
      told(made.tick());
      clockwork(ofLife, made);
    }));
  }

  /** In this process, once it is not stopped; never if it was killed. */
  void here(int ofLife, Runnable what) {
    long now = world.scheduler().nowMs();
    if (!up || life != ofLife) {
      return;
    }
    if (frozenUntilMs > now) {
      world.scheduler().after(frozenUntilMs - now, () -> here(ofLife, what));
    } else {
      what.run();
    }
  }

  /** A call arrives: nobody answers where nothing serves. */
  void call(Consumer<LedgerEngine> what) {
    int mine = life;
    here(mine, () -> {
      if (serving()) {
        what.accept(engine());
        poke();
      }
    });
  }

  /** Answers are given in order, some time later, on no fiber. */
  public void answer(Runnable completion) {
    answers.add(completion);
    int mine = life;
    world.scheduler().after(world.scheduler().random.nextInt(3), () -> here(mine, () -> {
      Runnable first = answers.poll();
      if (first != null) {
        first.run();
        poke();
      }
    }));
  }

  private void idle() {
    Fiber fiber = java.util.Objects.requireNonNull(lane);
    idleSince = fiber.pauses() + 1;
    fiber.pause();
    idleSince = -1;
  }

  /** Something may wait in the queue. */
  void poke() {
    Fiber fiber = lane;
    if (fiber != null && idleSince >= 0) {
      long pause = idleSince;
      int mine = life;
      idleSince = -1;
      world.scheduler().after(0, () -> wake(mine, fiber, pause));
    }
  }

  /** Called by one of its fibers. */
  public void sleep(long ms) {
    if (ms < 0) {
      return;
    }
    Fiber fiber = world.scheduler().current();
    resumeAfter(ms, fiber);
    fiber.pause();
  }

  private void resumeAfter(long ms, Fiber fiber) {
    int mine = life;
    long pause = fiber.pauses() + 1;
    world.scheduler().after(ms, () -> wake(mine, fiber, pause));
  }

  /** Goes on from a pause, if it is still in it. */
  private void wake(int ofLife, Fiber fiber, long pause) {
    here(ofLife, () -> {
      if (fiber.pauses() == pause || fiber.pauses() == 0) {
        fiber.resume();
      }
    });
  }

  /** A wake for the pause that the running fiber is about to begin. */
  public Runnable waker() {
    Fiber fiber = world.scheduler().current();
    int mine = life;
    long pause = fiber.pauses() + 1;
    return () -> world.scheduler().after(0, () -> wake(mine, fiber, pause));
  }

  /** Called by one of its fibers, for what a server does for it: that goes on also while this process is stopped. */
  public void serverSleep(long ms) {
    if (ms < 0) {
      return;
    }
    Fiber fiber = world.scheduler().current();
    int mine = life;
    long pause = fiber.pauses() + 1;
    world.scheduler().after(ms, () -> served(mine, fiber, pause));
    fiber.pause();
  }

  /** Ends that sleep at once. */
  public Runnable serverWaker() {
    Fiber fiber = world.scheduler().current();
    int mine = life;
    long pause = fiber.pauses() + 1;
    return () -> served(mine, fiber, pause);
  }

  private void served(int ofLife, Fiber fiber, long pause) {
    if (up && life == ofLife && fiber.pauses() == pause) {
      fiber.resume();
    }
  }

  /** A named point of its work: it may die here. */
  public void point(String where) {
    if (faults().killedAt(where)) {
      world.scheduler().trace(name + " is killed: " + where);
      Fiber self = world.scheduler().current();
      die(self);
      throw new Fiber.Killed();
    }
  }

  /** kill -9, from outside. */
  void kill() {
    if (up) {
      world.scheduler().trace(name + " is killed");
      die(null);
    }
  }

  private void die(@Nullable Fiber self) {
    up = false;
    life++;
    faults().trouble();
    Fiber fiber = lane;
    lane = null;
    engine = null;
    answers.clear();
    home.died(this);
    if (fiber != null && fiber != self) {
      fiber.kill();
    }
    List<Fiber> others = List.copyOf(tailers.keySet());
    tailers.clear();
    others.forEach(Fiber::kill);
    world.died(this);
  }

  /** SIGSTOP for so long: it does nothing, and knows nothing of it when it goes on. */
  void freeze(long ms) {
    if (up) {
      faults().trouble();
      frozenUntilMs = world.scheduler().nowMs() + ms;
      world.scheduler().trace(name + " is stopped for " + ms + " ms");
      home.stopped(this);
    }
  }

  public boolean frozen() {
    return frozenUntilMs > world.scheduler().nowMs();
  }

  void unfreeze() {
    frozenUntilMs = 0;
  }

  long bootedAtMs() {
    return bootedAtMs;
  }
}
