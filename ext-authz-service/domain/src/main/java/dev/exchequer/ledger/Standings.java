package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import org.jspecify.annotations.Nullable;

/** Whether a balance takes holds. Each change is a line of amount 0 in its history. */
final class Standings {
  private final Draft draft;

  Standings(Draft draft) {
    this.draft = draft;
  }

  Result stand(Command.Stand command) {
    ObjectName balance = command.balance();
    Account account = draft.state().account(balance).orElse(null);
    if (account == null) {
      return Administration.notFound(balance);
    }
    if (account.purse().closed()) {
      return Administration.closed(balance);
    }
    Result refusal = command.standing() == Command.Stand.Standing.CLOSED ? notClosable(account) : null;
    if (refusal != null) {
      return refusal;
    }
    Purse purse =
        switch (command.standing()) {
          case SUSPENDED -> account.purse().standing(true, false);
          case OPEN -> account.purse().standing(false, false);
          case CLOSED -> account.purse().standing(account.purse().suspended(), true);
        };
    String what =
        switch (command.standing()) {
          case SUSPENDED -> "suspended: ";
          case OPEN -> "resumed: ";
          case CLOSED -> "closed: ";
        };
    return Administration.done(draft, command, balance, new Treasury(draft).note(account.with(purse), command.actor(), what + command.reason()));
  }

  private static @Nullable Result notClosable(Account account) {
    if (account.held() != 0) {
      return new Result.Rejected("balance_in_use", "balance " + account.name() + " has " + Money.text(account.held()) + " " + account.unit() + " held: wait until it is settled");
    }
    if (account.posted() != 0) {
      return new Result.Rejected("balance_not_empty", "balance " + account.name() + " has " + Money.text(account.posted()) + " " + account.unit() + ": adjust it to 0 first");
    }
    if (!account.purse().scheduled().isEmpty()) {
      return new Result.Rejected("balance_not_empty", "balance " + account.name() + " has grants that will start: void them first");
    }
    return null;
  }
}
