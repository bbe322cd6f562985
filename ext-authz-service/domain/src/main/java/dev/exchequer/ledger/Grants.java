package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Adds value to balances: once per id, for ever, whoever asks how often. What starts later is posted when it starts. */
final class Grants {
  private final Draft draft;

  Grants(Draft draft) {
    this.draft = draft;
  }

  void activate(Policy policy) {
    for (Balance balance : policy.balances().values().stream().sorted(Comparator.comparing(Balance::name)).toList()) {
      if (draft.state().account(balance.name()).isEmpty()) {
        draft.put(new Change.AccountChanged(new Account(balance.name(), balance.unit(), 0, 0, 0)));
      }
      for (Balance.InitialGrant grant : balance.initialGrants()) {
        GrantTerms terms = new GrantTerms(grant.promotional(), grant.priority(), grant.startsAtMs(), grant.expiresAtMs());
        String key = "initial/" + balance.name() + "/" + grant.id();
        once(balance, key, grant.amountNanos(), terms, "initial grant " + grant.id());
      }
    }
    draft.put(new Change.PolicyActivated(policy, draft.now()));
  }

  /** Nothing, where it was granted before or cannot be. */
  void once(Balance balance, String key, long nanos, GrantTerms terms, String reason) {
    Account account = draft.state().account(balance.name()).orElseThrow();
    if (draft.state().grant(key).isPresent() || !account.unit().equals(balance.unit()) || account.purse().closed() || !Treasury.counts(account, nanos)) {
      return;
    }
    Added added = add(account, key, nanos, terms, null, reason);
    draft.put(new Change.GrantRecorded(new GrantRecord(key, Long.toString(nanos), balance.name(), added.sequence, added.before, added.after, terms)));
  }

  /** Nothing is posted before its start: before and after are the same then. */
  private record Added(long sequence, long before, long after) {}

  private Added add(Account account, String grant, long nanos, GrantTerms terms, @Nullable String actor, String reason) {
    if (terms.startsAtMs() > draft.now()) {
      draft.put(new Change.AccountChanged(account.with(account.purse().scheduling(new Purse.Scheduled(grant, terms, nanos, actor, reason)))));
      return new Added(account.sequence(), account.posted(), account.posted());
    }
    ObjectName balance = account.name();
    Treasury treasury = new Treasury(draft);
    Entry entry = treasury.add(balance, Entry.Kind.GRANT, grant, terms, nanos, actor, reason);
    new Upkeep(draft, treasury).tend(balance);
    return new Added(entry.sequence(), entry.before(), entry.after());
  }

  Result grant(Command.Grant command) {
    if (command.amountNanos() <= 0) {
      return new Result.Rejected("amount_invalid", "a grant adds value: give an amount above 0");
    }
    if (command.terms().expired(draft.now())) {
      return new Result.Rejected("expiry_past", "this grant would be gone at once: give an expiry that is still to come");
    }
    Account account = draft.state().account(command.balance()).orElse(null);
    if (account == null) {
      return Administration.notFound(command.balance());
    }
    if (account.purse().closed()) {
      return Administration.closed(command.balance());
    }
    if (!Treasury.counts(account, command.amountNanos())) {
      return Administration.tooMuch();
    }
    Added added = add(account, Administration.keyOf(command), command.amountNanos(), command.terms(), command.actor(), command.reason());
    return Administration.done(draft, command, command.balance(), added.sequence, added.before, added.after, command.terms());
  }
}
