package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.policy.Budget;
import java.util.ArrayList;
import java.util.List;

/** Of a budget whose window rolls: the slices that count beside one. There are none where it does not roll. */
final class OtherSlices {
  private OtherSlices() {}

  /** Those that count at a moment, the newest first. */
  static List<Bucket> of(LedgerState state, Budget budget, BucketKey one, long nowMs) {
    List<Bucket> others = new ArrayList<>();
    Budget.Window window = budget.window();
    if (window.rolling()) {
      long newest = Math.floorDiv(nowMs, window.sliceMs()) * window.sliceMs();
      for (long start = newest; start + window.sliceMs() + window.periodMs() > nowMs; start -= window.sliceMs()) {
        if (start != one.windowStartMs()) {
          state.bucket(new BucketKey(one.budget(), one.value(), one.unit(), start)).filter(bucket -> bucket.windowEndMs() > nowMs).ifPresent(others::add);
        }
      }
    }
    return others;
  }

  /** What they spent and hold, in nano-units, or the nearest amount that can be counted. */
  static long used(List<Bucket> slices) {
    long sum = 0;
    for (Bucket slice : slices) {
      sum = saturated(sum, saturated(slice.spent(), slice.held()));
    }
    return sum;
  }

  static long spent(List<Bucket> slices) {
    long sum = 0;
    for (Bucket slice : slices) {
      sum = saturated(sum, slice.spent());
    }
    return sum;
  }

  static long saturated(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? (a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE) : sum;
  }
}
