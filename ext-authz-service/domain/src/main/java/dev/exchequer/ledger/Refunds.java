package dev.exchequer.ledger;

import dev.exchequer.identity.HoldId;
import dev.exchequer.money.Money;

/** Gives charges back: in parts, at most what was paid, to the lots that paid, also into lots that have ended (where it is gone in the next entry). */
final class Refunds {
  private final Draft draft;

  Refunds(Draft draft) {
    this.draft = draft;
  }

  Result refund(Command.Refund command) {
    if (command.amountNanos() <= 0) {
      return new Result.Rejected("amount_invalid", "a refund gives something back: give an amount above 0");
    }
    if (command.attempt() < 1 || draft.state().hold(new HoldId(command.receipt(), 1)).isEmpty()) {
      return new Result.Rejected("receipt_not_found", "no attempt of a request " + command.receipt() + " was ever held");
    }
    Hold hold = draft.state().hold(new HoldId(command.receipt(), command.attempt())).orElse(null);
    if (hold == null || hold.active() || hold.balance() == null || hold.charged() == 0) {
      String why = hold != null && hold.active() ? "has not ended" : "was charged nothing";
      return new Result.Rejected("attempt_not_charged", "attempt " + command.attempt() + " of " + command.receipt() + " " + why);
    }
    long most = hold.payment().refundable(hold.charged());
    if (command.amountNanos() > most) {
      return new Result.Rejected("refund_exceeds_charge", "of this attempt at most " + Money.text(most) + " can be given back: what it paid, less earlier refunds");
    }
    Account account = draft.state().account(hold.balance()).orElseThrow();
    if (account.purse().closed()) {
      return Administration.closed(account.name());
    }
    if (!Treasury.counts(account, command.amountNanos())) {
      return Administration.tooMuch();
    }
    Treasury.Settlement back = new Treasury(draft).refund(hold, command.amountNanos(), Administration.keyOf(command), command.actor(), command.reason());
    draft.put(new Change.HoldChanged(hold.paidBy(back.payment())));
    return Administration.done(draft, command, account.name(), java.util.Objects.requireNonNull(back.entry()));
  }
}
