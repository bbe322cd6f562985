package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Policy;
import java.util.List;

/**
 * How the whole ledger stood at one commit, for people who look at all of it.
 *
 * @param asOfMs ledger time of that commit
 */
public record LedgerPicture(long asOfMs, List<BalanceMoney> balances, List<BudgetUse> budgets) {
  public LedgerPicture {
    balances = List.copyOf(balances);
    budgets = List.copyOf(budgets);
  }

  /** Where pictures come from. */
  public interface Source {
    /**
     * Blocking: not for gRPC threads, and never in the way of the lane.
     *
     * @param policy whose budgets are looked at
     * @param nowMs which of their windows are open
     */
    LedgerPicture take(Policy policy, long nowMs);
  }

  /**
   * Amounts in nano-units.
   *
   * @param sequence of its last entry
   * @param largestGrant 0 = it never got one
   */
  public record BalanceMoney(ObjectName name, long posted, long held, long sequence, long openHolds, long largestGrant) {}

  /**
   * The fullest counter of one budget in the window that is open; amounts in nano-units.
   *
   * @param value "" = the shared counter, an absent label, or no counter yet
   * @param values how many counters of this unit there are in the window
   * @param exhausted how many of them have nothing left
   */
  public record BudgetUse(ObjectName budget, String value, String unit, long limit, long spent, long held, long values, long exhausted) {}
}
