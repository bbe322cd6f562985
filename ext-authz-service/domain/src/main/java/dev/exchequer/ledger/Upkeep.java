package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import java.util.List;

/**
 * What time does to value: grants start, lots end, free value repays debt. Done before every command for whatever is due, and after whatever frees value, so that
 * posted is always value that can be spent.
 */
final class Upkeep {
  private final Draft draft;
  private final Treasury treasury;

  Upkeep(Draft draft, Treasury treasury) {
    this.draft = draft;
    this.treasury = treasury;
  }

  /** Everything that is due by now. */
  void due() {
    for (ObjectName balance : draft.state().dueAccounts(draft.now())) {
      tend(balance);
    }
  }

  void tend(ObjectName balance) {
    start(balance);
    expire(balance);
    repay(balance);
  }

  private void start(ObjectName balance) {
    for (Purse.Scheduled grant : treasury.account(balance).purse().scheduled()) {
      if (grant.terms().startsAtMs() <= draft.now()) {
        Account account = treasury.account(balance);
        draft.put(new Change.AccountChanged(account.with(account.purse().unscheduled(grant.grant()))));
        treasury.add(balance, Entry.Kind.GRANT, grant.grant(), grant.terms(), grant.nanos(), grant.actor(), grant.reason());
      }
    }
  }

  private void expire(ObjectName balance) {
    Account account = treasury.account(balance);
    Lots lots = new Lots(account.purse());
    List<Allocation> gone = lots.expire(draft.now());
    if (!gone.isEmpty()) {
      treasury.expire(account, gone, lots);
    }
  }

  private void repay(ObjectName balance) {
    Account account = treasury.account(balance);
    long debt = account.debt();
    if (debt > 0) {
      Lots lots = new Lots(account.purse());
      List<Allocation> used = lots.burn(debt);
      if (!used.isEmpty()) {
        treasury.repay(account, used, lots);
      }
    }
  }
}
