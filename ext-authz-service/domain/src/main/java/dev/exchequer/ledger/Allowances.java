package dev.exchequer.ledger;

import dev.exchequer.budget.Windows;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import java.util.Comparator;
import java.util.List;

/**
 * What comes again every period: granted once for each window, by the first command in it. Windows that passed while nobody looked are not made up for: an allowance is
 * no arrear.
 */
final class Allowances {
  private final Draft draft;

  Allowances(Draft draft) {
    this.draft = draft;
  }

  /** Looks only when a window has ended since it looked last, or there is another policy. */
  void due() {
    if (draft.state().recurringDueMs() > draft.now()) {
      return;
    }
    long next = Long.MAX_VALUE;
    Policy policy = draft.state().policy().orElse(null);
    if (policy != null) {
      for (Balance balance : policy.balances().values().stream().sorted(Comparator.comparing(Balance::name)).toList()) {
        for (Balance.RecurringGrant grant : balance.recurringGrants()) {
          next = Math.min(next, grant(balance, grant));
        }
      }
    }
    draft.state().recurringDue(next);
  }

  private long grant(Balance balance, Balance.RecurringGrant grant) {
    Windows window = window(grant, draft.now());
    GrantTerms terms = new GrantTerms(grant.promotional(), grant.priority(), Math.max(0, window.startMs()), grant.carryOver() ? 0 : window.endMs());
    new Grants(draft).once(balance, key(balance, grant, window), grant.amountNanos(), terms, "recurring grant " + grant.id());
    return window.endMs();
  }

  private static Windows window(Balance.RecurringGrant grant, long nowMs) {
    return Windows.at(grant.period(), grant.anchorDay(), grant.timeZone(), nowMs);
  }

  private static String key(Balance balance, Balance.RecurringGrant grant, Windows window) {
    return "recurring/" + balance.name() + "/" + grant.id() + "/" + window.startMs();
  }

  /** As they are remembered: what a balance gets in the windows of a moment. */
  static List<String> keys(Balance balance, long nowMs) {
    return balance.recurringGrants().stream().map(grant -> key(balance, grant, window(grant, nowMs))).toList();
  }
}
