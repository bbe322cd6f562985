package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Change.GrantRecord;
import org.jspecify.annotations.Nullable;

/** Admin commands: once per idempotency key, by somebody, for a reason; everything is checked before anything changes. */
final class Administration {
  private static final String KEYS = "admin/";

  private final Draft draft;

  Administration(Draft draft) {
    this.draft = draft;
  }

  Result carryOut(Command.Administer command) {
    GrantRecord done = draft.state().grant(keyOf(command)).orElse(null);
    if (done != null) {
      return done.content().equals(command.content())
          ? command instanceof Command.Task task ? repeated(task) : answer(command, done, true)
          : new Result.Rejected("idempotency_conflict", "this Idempotency-Key stands for another " + (command instanceof Command.Grant ? "grant" : "command") + ": take a new one");
    }
    if (command.reason().isBlank()) {
      return new Result.Rejected("reason_missing", "say why: a reason is kept in the balance's history");
    }
    if (command.actor().isBlank()) {
      return new Result.Rejected("actor_missing", "nobody answers for this: an admin command needs an actor");
    }
    return switch (command) {
      case Command.Grant c -> new Grants(draft).grant(c);
      case Command.Adjust c -> new Adjustments(draft).adjust(c);
      case Command.VoidGrant c -> new Adjustments(draft).voidGrant(c);
      case Command.Refund c -> new Refunds(draft).refund(c);
      case Command.Stand c -> new Standings(draft).stand(c);
      case Command.Task c -> new Tasks(draft).carryOut(c);
    };
  }

  private Result repeated(Command.Task task) {
    return new Result.TaskSet(draft.state().envelope(task.budget(), task.task()).orElseThrow(), true);
  }

  /** The id of what a command grants, and the key that it is remembered by. */
  static String keyOf(Command.Administer command) {
    return KEYS + command.idempotencyKey();
  }

  /** Remembers a command, so that it happens once. */
  static Result done(Draft draft, Command.Administer command, ObjectName balance, Entry entry) {
    return done(draft, command, balance, entry.sequence(), entry.before(), entry.after(), null);
  }

  static Result done(Draft draft, Command.Administer command, ObjectName balance, long sequence, long before, long after, @Nullable GrantTerms terms) {
    GrantRecord made = new GrantRecord(keyOf(command), command.content(), balance, sequence, before, after, terms);
    draft.put(new Change.GrantRecorded(made));
    return answer(command, made, false);
  }

  private static Result answer(Command.Administer command, GrantRecord made, boolean repeated) {
    return command instanceof Command.Grant
        ? new Result.Granted(made.balance(), made.sequence(), made.before(), made.after(), repeated)
        : new Result.Booked(made.balance(), made.sequence(), made.before(), made.after(), repeated);
  }

  static Result.Rejected notFound(ObjectName balance) {
    return new Result.Rejected("balance_not_found", "there is no balance " + balance);
  }

  static Result.Rejected closed(ObjectName balance) {
    return new Result.Rejected("balance_closed", "balance " + balance + " is closed: nothing can be added or held");
  }

  static Result.Rejected tooMuch() {
    return new Result.Rejected("amount_invalid", "the balance cannot count that much: at most 9223372036 units in all");
  }
}
