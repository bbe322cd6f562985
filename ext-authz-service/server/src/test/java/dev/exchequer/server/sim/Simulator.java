package dev.exchequer.server.sim;

import dev.exchequer.ledger.SimulatedPolicies;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.postgres.FakeDatabase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** One run of one seed: gateways, their Envoys, clients, people, faults; then quiet, in which everything must end. docs/design/simulator.md. */
final class Simulator implements Surroundings {
  /** 2026-03-08, as the ledger's other tests: a day of daylight saving time. */
  static final long START_MS = 1_772_953_200_000L;

  /** The most events that a run may take: more is a loop. */
  private static final long MOST_EVENTS = 2_000_000;

  private final long seed;
  private final Trace trace;
  private final Scheduler scheduler;
  private final Random random;
  private final Profile profile;
  private final Faults faults;
  private final Map<String, Policy> policies = new LinkedHashMap<>();
  private final SimulatedPolicies plans;
  private Truth truth;
  private final Traffic traffic;
  private final List<Gateway> gateways = new ArrayList<>();
  /** By the name of a gateway: one machine each. */
  private final Map<String, SimulatedLog> logs = new LinkedHashMap<>();
  /** Processes that were taken over while they were stopped. */
  private final List<Gateway> zombies = new ArrayList<>();
  private final @Nullable Databases databases;
  private final @Nullable DiskMirror disk;
  private @Nullable Home home;
  private Policy policy;

  Simulator(long seed, boolean aloud) {
    this(seed, aloud, null, null);
  }

  /** Two gateways that share such a database. */
  Simulator(long seed, boolean aloud, Databases databases) {
    this(seed, aloud, databases, null);
  }

  /** One gateway with a file, and what stands beside its disk. */
  Simulator(long seed, boolean aloud, DiskMirror disk) {
    this(seed, aloud, null, disk);
  }

  /** Where neither is given the seed decides between a file and a database. */
  private Simulator(long seed, boolean aloud, @Nullable Databases databases, @Nullable DiskMirror disk) {
    this.seed = seed;
    this.databases = databases;
    this.disk = disk;
    this.trace = new Trace(aloud, START_MS);
    this.scheduler = new Scheduler(seed, START_MS, trace);
    this.random = scheduler.random;
    this.profile = databases == null && disk == null ? Profile.drawn(random) : Profile.ORDINARY;
    this.faults = new Faults(random, trace, profile);
    this.plans = new SimulatedPolicies(random);
    this.truth = new Truth(trace, policies, false);
    this.traffic = new Traffic(this);
    this.policy = next();
  }

  Map<String, Long> counts() {
    return trace.counts();
  }

  /** @param actions about so many things that clients and people do */
  void run(int actions) {
    try {
      build();
      long until = scheduler.nowMs();
      for (int i = 0; i < actions; i++) {
        until += random.nextLong(profile.untilNextMs(random));
        advance(until);
        act();
        fault();
        if (profile == Profile.HOURS && random.nextInt(4) == 0) {
          activateNext();
        }
      }
      quiet(until);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + " after " + (scheduler.nowMs() - START_MS) + " ms: " + e.getMessage(), e);
    } finally {
      faults.heal();
      gateways.forEach(Gateway::kill);
      zombies.forEach(Gateway::kill);
    }
  }

  private void act() {
    Gateway gateway = gateways.get(random.nextInt(gateways.size()));
    switch (profile) {
      case ORDINARY, RESTARTS -> traffic.act(gateway);
      case CROWD -> traffic.crowd(gateways);
      case FLOOD -> traffic.flood(gateway);
      case HOURS -> traffic.late(gateway);
    }
  }

  private void build() {
    if (databases != null) {
      home = databases.make(scheduler, this::decode);
      for (int i = 1; i <= 2; i++) {
        gateways.add(new Gateway("gw" + i, this, home));
      }
    } else if (disk != null || !profile.shared() && random.nextInt(3) == 0) {
      truth = new Truth(trace, policies, true);
      home = new SimulatedDisk(disk == null ? DiskMirror.NONE : disk);
      gateways.add(new Gateway("gw", this, home));
    } else {
      home = new FakeDatabase(scheduler, this::decode);
      int few = Math.min(random.nextInt(4), random.nextInt(4)); // as each costs time
      int replicas = profile == Profile.CROWD || profile == Profile.HOURS ? 2 + random.nextInt(2) : 1 + few;
      for (int i = 1; i <= replicas; i++) {
        gateways.add(new Gateway("gw" + i, this, home));
      }
      trace.count("runs with " + replicas + " replicas");
    }
    gateways.forEach(Gateway::start);
  }

  private Policy decode(byte[] digest) {
    return Objects.requireNonNull(policies.get(new String(digest, StandardCharsets.UTF_8)));
  }

  private void advance(long untilMs) {
    while (scheduler.step(untilMs)) {
      if (scheduler.numbers() > MOST_EVENTS) {
        throw new AssertionError("it does not come to an end");
      }
    }
  }

  private Policy next() {
    Policy next = profile == Profile.CROWD && random.nextInt(3) > 0 ? plans.sharingLittle() : plans.next();
    policies.put(next.digest(), next);
    return next;
  }

  /** Now and then something breaks. */
  private void fault() {
    Gateway gateway = gateways.get(random.nextInt(gateways.size()));
    switch (random.nextInt(profile.faultDice())) {
      case 0 -> {
        trace.count("killed from outside");
        gateway.kill();
      }
      case 1 -> {
        trace.count("stopped and continued");
        gateway.freeze(random.nextInt(random.nextBoolean() ? 4_000 : 20_000));
      }
      case 2 -> {
        long by = random.nextInt(3) == 0 ? random.nextInt(7_200_000) - 3_600_000L : random.nextInt(120_000) - 60_000L;
        trace.count(by < 0 ? "a clock jumps back" : "a clock jumps ahead");
        scheduler.trace(gateway.name() + "'s clock jumps by " + by + " ms");
        gateway.wall().jump(by);
      }
      case 3 -> {
        trace.count("an Envoy dies");
        traffic.envoyDied(gateway);
      }
      case 4, 5 -> activateNext();
      case 6, 7 -> takeOver(gateway);
      case 8 -> {
        trace.count("a machine dies");
        traffic.envoyDied(gateway);
        gateway.kill();
        logOf(gateway).torn();
      }
      default -> {}
    }
  }

  private void activateNext() {
    policy = next();
    gateways.forEach(each -> each.activate(policy));
  }

  /** It stops, another process is started under its name, and later it goes on: it must see that its time is over. */
  private void takeOver(Gateway gateway) {
    if (home instanceof SimulatedDisk || !gateway.up()) {
      return; // a file has a lock: there is no other process while this one lives
    }
    trace.count("a zombie");
    gateway.freeze(2_000 + random.nextInt(15_000));
    zombies.add(gateway);
    Gateway other = new Gateway(gateway.name(), this, Objects.requireNonNull(home));
    gateways.set(gateways.indexOf(gateway), other);
    scheduler.after(random.nextInt(4_000), other::start);
  }

  /** Nothing goes wrong any more, nobody asks for anything, and time passes: until all leases are over, also where a clock that was ahead has driven ledger time. */
  private void quiet(long untilMs) {
    faults.heal();
    scheduler.trace("quiet");
    gateways.forEach(gateway -> gateway.wall().right());
    zombies.forEach(Gateway::kill);
    long until = untilMs;
    for (int minute = 0; minute < 9; minute++) {
      until += 30_000;
      advance(until);
      gateways.stream().filter(Gateway::replaced).forEach(Gateway::kill);
      gateways.stream().filter(gateway -> !gateway.up()).forEach(Gateway::start);
    }
    long waited = 0;
    while (truth.busy() && waited < 40_000_000) {
      until += 30_000;
      waited += 30_000;
      advance(until);
    }
    truth.quiet();
    logs.values().forEach(log -> truth.read(log.ends()));
    Objects.requireNonNull(home).compare(truth);
    trace.count("waits for rows", Objects.requireNonNull(home).waits());
  }

  @Override
  public Scheduler scheduler() {
    return scheduler;
  }

  @Override
  public Faults faults() {
    return faults;
  }

  @Override
  public Truth truth() {
    return truth;
  }

  @Override
  public Policy policy() {
    return policy;
  }

  @Override
  public void died(Gateway gateway) {
    scheduler.after(random.nextInt(3_000), () -> {
      if (!gateway.up() && gateways.contains(gateway)) {
        gateway.start();
      }
    });
  }

  @Override
  public SimulatedLog logOf(Gateway gateway) {
    return logs.computeIfAbsent(gateway.name(), name -> new SimulatedLog(this, name));
  }

  void appended(String name) {
    gateways.stream().filter(gateway -> gateway.name().equals(name)).forEach(Gateway::appended);
  }
}
