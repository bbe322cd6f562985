package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Balance;
import dev.exchequer.money.Money;
import java.util.Optional;

/** Corrections by hand: of a balance, and of what is left of a grant. */
final class Adjustments {
  private final Draft draft;
  private final Treasury treasury;

  Adjustments(Draft draft) {
    this.draft = draft;
    this.treasury = new Treasury(draft);
  }

  Result adjust(Command.Adjust command) {
    ObjectName balance = command.balance();
    long amount = command.amountNanos();
    if (amount == 0 || amount == Long.MIN_VALUE) {
      return new Result.Rejected("amount_invalid", "an adjustment changes something: give an amount above or below 0");
    }
    Account account = draft.state().account(balance).orElse(null);
    if (account == null) {
      return Administration.notFound(balance);
    }
    if (account.purse().closed()) {
      return Administration.closed(balance);
    }
    if (!Treasury.counts(account, amount)) {
      return Administration.tooMuch();
    }
    if (amount > 0) {
      String lot = Administration.keyOf(command);
      return Administration.done(
          draft, command, balance, treasury.add(balance, Entry.Kind.ADJUSTMENT, lot, GrantTerms.PLAIN, amount, command.actor(), command.reason()));
    }
    long available = account.available(overdraft(balance));
    if (available < -amount) {
      return new Result.Rejected("balance_insufficient", "balance " + balance + " has " + Money.text(available) + " " + account.unit() + " available, less than " + Money.text(-amount));
    }
    return Administration.done(draft, command, balance, treasury.take(balance, -amount, command.actor(), command.reason()));
  }

  private long overdraft(ObjectName balance) {
    return draft.state().policy().map(policy -> policy.balances().get(balance)).map(Balance::overdraftNanos).orElse(0L);
  }

  Result voidGrant(Command.VoidGrant command) {
    Account account = draft.state().account(command.balance()).orElse(null);
    if (account == null) {
      return Administration.notFound(command.balance());
    }
    if (account.purse().scheduled().stream().anyMatch(grant -> grant.grant().equals(command.grant()))) {
      Account without = account.with(account.purse().unscheduled(command.grant()));
      return Administration.done(
          draft, command, account.name(), treasury.note(without, command.actor(), "grant " + command.grant() + " voided before its start: " + command.reason()));
    }
    Optional<Lot> lot = account.purse().lots().stream().filter(known -> known.grant().equals(command.grant())).findAny();
    if (lot.isEmpty() && draft.state().grant(command.grant()).filter(made -> made.balance().equals(account.name())).isEmpty()) {
      return new Result.Rejected("grant_not_found", "balance " + account.name() + " has no grant " + command.grant());
    }
    if (lot.isEmpty() || lot.get().free() == 0) {
      String why = lot.isEmpty() ? "nothing is left" : "all that is left is held";
      return new Result.Rejected("grant_empty", why + " of grant " + command.grant());
    }
    return Administration.done(
        draft, command, account.name(), treasury.takeLot(account.name(), command.grant(), command.actor(), "grant " + command.grant() + " voided: " + command.reason()));
  }
}
