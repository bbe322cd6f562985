package dev.exchequer.budget;

/**
 * What was spent and is held in one bucket, in nano-units. Made by a committed hold, never deleted: a label that is used again continues.
 *
 * @param windowEndMs exclusive, 0 = never
 * @param alerted percent of the limit that was told last in this window, 0 = none
 * @param alertedLimit the limit that it was told of, nano-units: of another limit what is told begins anew
 */
public record Bucket(BucketKey key, long windowEndMs, long spent, long held, long lastUsedMs, int alerted, long alertedLimit) {
  public Bucket {
    if (held < 0) {
      throw new IllegalArgumentException("a negative hold in bucket " + key);
    }
  }

  /** One of which nothing was told. */
  public Bucket(BucketKey key, long windowEndMs, long spent, long held, long lastUsedMs) {
    this(key, windowEndMs, spent, held, lastUsedMs, 0, 0);
  }

  public Bucket holding(long nanos, long nowMs) {
    return new Bucket(key, windowEndMs, spent, Math.addExact(held, nanos), nowMs, alerted, alertedLimit);
  }

  /** Frees what was held and counts what was charged. */
  public Bucket settling(long heldNanos, long chargedNanos, long nowMs) {
    return new Bucket(key, windowEndMs, Math.addExact(spent, chargedNanos), held - heldNanos, nowMs, alerted, alertedLimit);
  }

  /** The same, of which so much was told. */
  public Bucket alerting(int percent, long limitNanos) {
    return new Bucket(key, windowEndMs, spent, held, lastUsedMs, percent, limitNanos);
  }
}
