package dev.exchequer.ledger;

import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;

/** What becomes of a charge above its hold, by the balance's definition in the hold's own policy. */
final class Excess {
  private Excess() {}

  /** @return nano-units of the charge that nobody will owe */
  static long writtenOff(Policy policy, Hold hold, long chargeNanos) {
    Balance balance = hold.balance() == null ? null : policy.balances().get(hold.balance());
    boolean writesOff = balance != null && balance.onExcess() == Balance.OnExcess.WRITE_OFF;
    return writesOff ? Math.max(0, chargeNanos - hold.amount()) : 0;
  }
}
