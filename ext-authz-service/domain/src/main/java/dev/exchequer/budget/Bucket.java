package dev.exchequer.budget;

/**
 * What was spent and is held in one bucket, in nano-units. Made by a committed hold, never deleted: a label that is used again continues.
 *
 * @param windowEndMs exclusive, 0 = never
 */
public record Bucket(BucketKey key, long windowEndMs, long spent, long held, long lastUsedMs) {
  public Bucket {
    if (held < 0) {
      throw new IllegalArgumentException("a negative hold in bucket " + key);
    }
  }

  public Bucket holding(long nanos, long nowMs) {
    return new Bucket(key, windowEndMs, spent, Math.addExact(held, nanos), nowMs);
  }

  /** Frees what was held and counts what was charged. */
  public Bucket settling(long heldNanos, long chargedNanos, long nowMs) {
    return new Bucket(key, windowEndMs, Math.addExact(spent, chargedNanos), held - heldNanos, nowMs);
  }
}
