package dev.exchequer.server.sim;

import java.util.Random;

/** Which things go wrong in a run, and how often: each seed has its own mixture, and in the end nothing does. */
public final class Faults {
  private final Random random;
  private final Trace trace;
  private final Profile profile;
  private final int kills;
  private final int disk;
  private final int network;
  private final int database;
  private boolean healed;
  private long troubles;

  Faults(Random random, Trace trace, Profile profile) {
    this.random = random;
    this.trace = trace;
    this.profile = profile;
    boolean calm = profile == Profile.CROWD && random.nextBoolean(); // everything comes at once, and is carried out
    this.kills = calm ? 0 : often();
    this.disk = often();
    this.network = calm ? 0 : often();
    this.database = profile == Profile.FLOOD ? 4 : calm ? 0 : often();
  }

  /** 0 = never, else in one of so many cases. */
  private int often() {
    return random.nextInt(3) == 0 ? 0 : 4 << random.nextInt(5);
  }

  private boolean happens(int oneIn, String what) {
    if (healed || oneIn == 0 || random.nextInt(oneIn) != 0) {
      return false;
    }
    trace.count(what);
    return true;
  }

  /** The same, of what may keep a command from being committed. */
  private boolean troubles(int oneIn, String what) {
    boolean happens = happens(oneIn, what);
    if (happens) {
      trouble();
    }
    return happens;
  }

  void trouble() {
    troubles++;
  }

  /** How often something happened that may excuse that a command was not carried out. */
  long troubles() {
    return troubles;
  }

  void heal() {
    healed = true;
  }

  /** Leases are looked at by the second; where hours pass by everybody on the minute; in the end, when there is nothing but time, more seldom. */
  long untilSweepMs(long nowMs) {
    if (profile == Profile.HOURS) {
      return untilMinuteMs(nowMs);
    }
    return healed ? 25_000 : 1_000;
  }

  static long untilMinuteMs(long nowMs) {
    return 60_000 - nowMs % 60_000;
  }

  /** Until the next sweep of everybody, where hours pass: there what is late comes in the very moment in which others look whether it is over. */
  boolean onTheMinute() {
    return profile == Profile.HOURS && random.nextInt(3) == 0;
  }

  /** Nobody says how an attempt ended: only its lease does. */
  boolean endsUnsaid() {
    return random.nextInt(profile == Profile.HOURS ? 6 : 50) == 0;
  }

  boolean healed() {
    return healed;
  }

  public boolean coin() {
    return random.nextBoolean();
  }

  /** The process dies at a named point of its work. */
  boolean killedAt(String point) {
    return troubles(kills * 4, "killed: " + point);
  }

  boolean diskFails() {
    return troubles(disk * 2, "the disk is full");
  }

  /** How long a sync takes. */
  long syncMs() {
    return happens(disk, "a slow sync") ? random.nextInt(4_000) : random.nextInt(8);
  }

  /** A message that never arrives. */
  boolean lost() {
    return happens(network * 2, "a message is lost");
  }

  /** A message that arrives twice. */
  boolean twice() {
    return happens(network * 2, "a message comes twice");
  }

  /** How long a message takes. */
  long delayMs() {
    return happens(network, "a message is late") ? random.nextInt(3_000) : random.nextInt(4);
  }

  /** The session breaks at a statement. */
  public boolean sessionBreaks() {
    return troubles(database * 16, "a session breaks");
  }

  /** No new session is let in. */
  public boolean databaseAway() {
    return troubles(database, "the database is away");
  }

  /** A COMMIT whose answer is lost: whether it got there. */
  public boolean arrives() {
    return random.nextInt(3) > 0;
  }

  /** How long the server takes for it, after the session is gone; -1 = it was done before. */
  public long serverMs() {
    return random.nextBoolean() ? -1 : random.nextInt(2_500);
  }

  /** What happens to a COMMIT: it arrives, and its answer too, or not. */
  public Commit commit() {
    if (!troubles(database, "a COMMIT goes wrong")) {
      return Commit.WELL;
    }
    return random.nextBoolean() ? Commit.ANSWER_LOST : Commit.LOST;
  }

  public enum Commit {
    WELL,
    /** The database commits, and nobody hears of it. */
    ANSWER_LOST,
    /** The session is ended before COMMIT arrives. */
    LOST
  }

  /** How long the database takes for a statement; mostly no time at all, so that a step is cheap. */
  public long statementMs() {
    if ((profile == Profile.CROWD || profile == Profile.HOURS) && !healed) {
      return random.nextInt(3);
    }
    return random.nextInt(6) == 0 ? random.nextInt(3) : -1;
  }
}
