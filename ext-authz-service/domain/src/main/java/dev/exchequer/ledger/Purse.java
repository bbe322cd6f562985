package dev.exchequer.ledger;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a balance's money consists of, and whether it may be used.
 *
 * @param lots in burn order; none is empty
 * @param scheduled grants that have not started, by their start
 * @param suspended by an operator: takes no new holds; open ones settle
 * @param closed for ever: takes no holds and no value; late corrections are still posted
 * @param alerted marks of its definition that it is below and that were told, nano-units, the highest first
 */
public record Purse(List<Lot> lots, List<Scheduled> scheduled, boolean suspended, boolean closed, List<Long> alerted) {
  static final Purse EMPTY = new Purse(List.of(), List.of(), false, false, List.of());

  /** The lot of a balance that is older than lots. */
  static final String CARRIED = "carried";

  /**
   * A grant that is posted when it starts.
   *
   * @param nanos its amount
   * @param actor who granted it, null = the gateway itself
   */
  public record Scheduled(String grant, GrantTerms terms, long nanos, @Nullable String actor, String reason) {}

  public Purse {
    lots = lots == null ? List.of() : List.copyOf(lots);
    scheduled = scheduled == null ? List.of() : List.copyOf(scheduled);
    alerted = alerted == null ? List.of() : List.copyOf(alerted);
  }

  /** What a balance has that is older than lots: one without an end, or debt. */
  static Purse carried(long posted) {
    return posted <= 0 ? EMPTY : new Purse(List.of(new Lot(CARRIED, GrantTerms.PLAIN, posted, 0)), List.of(), false, false, List.of());
  }

  Purse withLots(List<Lot> other) {
    return new Purse(other, scheduled, suspended, closed, alerted);
  }

  Purse scheduling(Scheduled more) {
    List<Scheduled> all = new ArrayList<>(scheduled);
    all.add(more);
    all.sort(Comparator.<Scheduled>comparingLong(s -> s.terms().startsAtMs()).thenComparing(Scheduled::grant));
    return new Purse(lots, all, suspended, closed, alerted);
  }

  Purse unscheduled(String grant) {
    return new Purse(lots, scheduled.stream().filter(s -> !s.grant().equals(grant)).toList(), suspended, closed, alerted);
  }

  Purse standing(boolean nowSuspended, boolean nowClosed) {
    return new Purse(lots, scheduled, nowSuspended, nowClosed, alerted);
  }

  Purse alerting(List<Long> marks) {
    return new Purse(lots, scheduled, suspended, closed, marks);
  }

  /** @throws ArithmeticException if it does not fit a long */
  long remaining() {
    long sum = 0;
    for (Lot lot : lots) {
      sum = Math.addExact(sum, lot.remaining());
    }
    return sum;
  }

  /** @throws ArithmeticException if it does not fit a long */
  long promised() {
    long sum = 0;
    for (Scheduled grant : scheduled) {
      sum = Math.addExact(sum, grant.nanos());
    }
    return sum;
  }

  /** When time alone changes something next: a start or an end; Long.MAX_VALUE = never. What a hold reserved of an ended lot waits for the hold. */
  public long dueMs() {
    long due = scheduled.isEmpty() ? Long.MAX_VALUE : scheduled.get(0).terms().startsAtMs();
    for (Lot lot : lots) {
      if (lot.terms().expiresAtMs() != 0 && lot.free() > 0) {
        due = Math.min(due, lot.terms().expiresAtMs());
      }
    }
    return due;
  }
}
