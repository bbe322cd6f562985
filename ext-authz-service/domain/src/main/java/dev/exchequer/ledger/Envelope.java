package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import java.util.Map;

/**
 * What was said of a task label of a budget by its API: open or closed, until when, and caps of its own. What it spent stands in its buckets and is never touched by
 * this, so opening a label again fills nothing.
 *
 * @param task the label
 * @param limits nano-units by unit, below the budget's; a unit that is absent has the budget's
 * @param openedAtMs when it was last opened or extended, milliseconds since the epoch: idle time counts from there
 * @param expiresAtMs exclusive; 0 = the budget's idleExpiry closes it
 * @param closed by a command: takes no holds, open ones settle
 * @param actor who said it last
 * @param reason why
 */
public record Envelope(
    ObjectName budget, String task, Map<String, Long> limits, long openedAtMs, long expiresAtMs, boolean closed, String actor, String reason) {
  public Envelope {
    limits = limits == null ? Map.of() : Map.copyOf(limits);
  }

  /** Whether it is open by what was said alone; a hold or a use within the budget's idleExpiry may keep it open longer. */
  boolean openAt(long nowMs, long idleExpiryMs) {
    return !closed && (expiresAtMs != 0 ? nowMs < expiresAtMs : openedAtMs > nowMs - idleExpiryMs);
  }

  /** The cap of a unit: its own, never above the budget's as it is now. */
  public long cap(String unit, long budgetLimit) {
    return Math.min(budgetLimit, limits.getOrDefault(unit, budgetLimit));
  }
}
