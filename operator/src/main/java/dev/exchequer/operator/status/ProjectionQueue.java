package dev.exchequer.operator.status;

import dev.exchequer.operator.model.ObjectKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which projection is written when. The first change of an object goes at once, the next ones 15 s later at the earliest; of all objects together 10 a second;
 * of one object always the newest, and never one that is older than what was taken before. Not for several threads.
 */
public final class ProjectionQueue {
  static final Duration PACE = Duration.ofSeconds(15);
  static final int WRITES = 10;
  static final Duration WRITE = Duration.ofMillis(100);

  private final InstantSource clock;
  private final TokenBucket bucket;
  private final Map<ObjectKey, Projection> newest = new HashMap<>();
  private final Map<ObjectKey, Projection> written = new HashMap<>();
  private final Map<ObjectKey, Instant> notBefore = new HashMap<>();

  /** In the order in which they began to wait. */
  private final Map<ObjectKey, Projection> waiting = new LinkedHashMap<>();

  public ProjectionQueue(InstantSource clock) {
    this.clock = clock;
    this.bucket = new TokenBucket(WRITES, WRITE, clock);
  }

  /** Is written if it says something else than what was written last. */
  public void offer(ObjectKey key, Projection projection) {
    Projection known = newest.get(key);
    if (known != null && projection.olderThan(known)) {
      return;
    }
    newest.put(key, projection);
    Projection there = written.get(key);
    if (there != null && there.saysTheSame(projection)) {
      waiting.remove(key);
    } else {
      waiting.put(key, projection);
    }
  }

  /** Is written though it says the same: to show that it was looked at. */
  public void again(ObjectKey key) {
    Projection known = newest.get(key);
    if (known != null) {
      waiting.put(key, known);
    }
  }

  /** What is known of an object. */
  public Optional<Projection> newest(ObjectKey key) {
    return Optional.ofNullable(newest.get(key));
  }

  /**
   * What is to be written now, of those that may be: it is counted as a write.
   *
   * @param there whether the object is
   */
  public Optional<Map.Entry<ObjectKey, Projection>> next(Predicate<ObjectKey> there) {
    Instant now = clock.instant();
    for (Map.Entry<ObjectKey, Projection> entry : waiting.entrySet()) {
      ObjectKey key = entry.getKey();
      if (!notBefore.getOrDefault(key, Instant.MIN).isAfter(now) && there.test(key)) {
        if (!bucket.take()) {
          return Optional.empty();
        }
        Map.Entry<ObjectKey, Projection> due = Map.entry(key, entry.getValue());
        waiting.remove(key);
        written.put(key, due.getValue());
        notBefore.put(key, now.plus(PACE));
        return Optional.of(due);
      }
    }
    return Optional.empty();
  }

  /** The API server has it already: nothing is to be written, and nothing was. */
  public void known(ObjectKey key, Projection projection) {
    written.put(key, projection);
    waiting.remove(key);
  }

  /** It could not be written: it waits again, unless a newer one does, for its pace. */
  public void failed(ObjectKey key, Projection projection) {
    written.remove(key);
    waiting.putIfAbsent(key, newest.getOrDefault(key, projection));
  }

  /** The object is gone. */
  public void forget(ObjectKey key) {
    waiting.remove(key);
    written.remove(key);
    notBefore.remove(key);
  }
}
