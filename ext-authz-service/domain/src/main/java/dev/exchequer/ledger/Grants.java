package dev.exchequer.ledger;

import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;

/** Adds value to balances: once per id, for ever, whoever asks how often. */
final class Grants {
  private final Draft draft;

  Grants(Draft draft) {
    this.draft = draft;
  }

  void activate(Policy policy) {
    for (Balance balance : policy.balances().values().stream().sorted(java.util.Comparator.comparing(Balance::name)).toList()) {
      if (draft.state().account(balance.name()).isEmpty()) {
        draft.put(new Change.AccountChanged(new Account(balance.name(), balance.unit(), 0, 0, 0)));
      }
      for (Balance.InitialGrant grant : balance.initialGrants()) {
        initial(balance, grant);
      }
    }
    draft.put(new Change.PolicyActivated(policy, draft.now()));
  }

  private void initial(Balance balance, Balance.InitialGrant grant) {
    String key = "initial/" + balance.name() + "/" + grant.id();
    Account account = account(balance);
    if (draft.state().grant(key).isPresent() || !account.unit().equals(balance.unit())) {
      return;
    }
    Entry entry;
    try {
      entry = new Treasury(draft).grant(account, grant.amountNanos(), null, "initial grant " + grant.id());
    } catch (ArithmeticException overflow) {
      return;
    }
    draft.put(new Change.GrantRecorded(new GrantRecord(key, Long.toString(grant.amountNanos()), balance.name(), entry.sequence(), entry.before(), entry.after())));
  }

  private Account account(Balance balance) {
    return draft.state().account(balance.name()).orElseThrow();
  }

  Result grant(Command.Grant command) {
    String key = "admin/" + command.idempotencyKey();
    String content = command.balance() + " " + command.amountNanos() + " " + command.reason();
    GrantRecord done = draft.state().grant(key).orElse(null);
    if (done != null) {
      return done.content().equals(content)
          ? new Result.Granted(done.balance(), done.sequence(), done.before(), done.after(), true)
          : new Result.Rejected("idempotency_conflict", "this Idempotency-Key stands for another grant: take a new one");
    }
    if (command.amountNanos() <= 0) {
      return new Result.Rejected("amount_invalid", "a grant adds value: give an amount above 0");
    }
    if (command.reason().isBlank()) {
      return new Result.Rejected("reason_missing", "say why: a grant needs a reason");
    }
    Account account = draft.state().account(command.balance()).orElse(null);
    if (account == null) {
      return new Result.Rejected("balance_not_found", "there is no balance " + command.balance());
    }
    try {
      Entry entry = new Treasury(draft).grant(account, command.amountNanos(), command.actor(), command.reason());
      draft.put(new Change.GrantRecorded(new GrantRecord(key, content, command.balance(), entry.sequence(), entry.before(), entry.after())));
      return new Result.Granted(command.balance(), entry.sequence(), entry.before(), entry.after(), false);
    } catch (ArithmeticException overflow) {
      return new Result.Rejected("amount_invalid", "the balance cannot count that much: at most 9223372036 units in all");
    }
  }
}
