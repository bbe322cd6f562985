package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Opens, extends and closes task labels. Never changes what a label spent or holds. */
final class Tasks {
  private final Draft draft;

  Tasks(Draft draft) {
    this.draft = draft;
  }

  Result carryOut(Command.Task command) {
    Budget budget = draft.state().policy().flatMap(policy -> policy.budgets().stream().filter(b -> b.name().equals(command.budget())).findAny()).orElse(null);
    if (budget == null || budget.per() != Budget.Per.TASK) {
      return new Result.Rejected("budget_not_found", "there is no budget " + command.budget() + " with per: Task");
    }
    Envelope known = draft.state().envelope(command.budget(), command.task()).orElse(null);
    return switch (command) {
      case Command.OpenTask c -> open(budget, known, c);
      case Command.ExtendTask c -> extend(budget, known, c);
      case Command.CloseTask c -> close(budget, known, c);
    };
  }

  private Result open(Budget budget, @Nullable Envelope known, Command.OpenTask command) {
    if (known != null && known.openAt(draft.now(), budget.idleExpiryMs())) {
      return new Result.Rejected("task_open", "task " + command.task() + " of budget " + budget.name() + " is open: extend it");
    }
    Result wrong = checked(budget, command.limits(), Map.of(), command.ttlMs());
    if (wrong != null) {
      return wrong;
    }
    OpenLabels labels = new OpenLabels(draft.state(), budget, draft.now());
    if (!budget.audit() && !labels.counts(command.task()) && labels.count() >= budget.maxOpen()) {
      return new Result.Rejected("task_limit", "budget " + budget.name() + " has " + budget.maxOpen() + " open task labels: close one");
    }
    Map<String, Long> limits = new HashMap<>(known == null ? Map.of() : known.limits());
    limits.putAll(command.limits());
    return put(command, new Envelope(budget.name(), command.task(), limits, draft.now(), until(command.ttlMs()), false, command.actor(), command.reason()));
  }

  private Result extend(Budget budget, @Nullable Envelope known, Command.ExtendTask command) {
    if (!new OpenLabels(draft.state(), budget, draft.now()).open(command.task())) {
      return notOpen(budget, command.task());
    }
    Envelope open = known == null ? new Envelope(budget.name(), command.task(), Map.of(), draft.now(), 0, false, command.actor(), command.reason()) : known;
    if (command.limits().isEmpty() && command.ttlMs() == 0) {
      return new Result.Rejected("nothing_to_extend", "say what is extended: limits, or a ttl");
    }
    Map<String, Long> before = new HashMap<>();
    for (String unit : command.limits().keySet()) {
      before.put(unit, open.cap(unit, budget.limits().getOrDefault(unit, 0L)));
    }
    Result wrong = checked(budget, command.limits(), before, command.ttlMs());
    if (wrong != null) {
      return wrong;
    }
    if (command.ttlMs() != 0 && open.expiresAtMs() != 0 && until(command.ttlMs()) < open.expiresAtMs()) {
      return new Result.Rejected("ttl_invalid", "task " + command.task() + " is open for longer already: close it to end it sooner");
    }
    Map<String, Long> limits = new HashMap<>(open.limits());
    limits.putAll(command.limits());
    long expires = command.ttlMs() == 0 ? open.expiresAtMs() : until(command.ttlMs());
    return put(command, new Envelope(budget.name(), command.task(), limits, draft.now(), expires, false, command.actor(), command.reason()));
  }

  private Result close(Budget budget, @Nullable Envelope known, Command.CloseTask command) {
    if (!new OpenLabels(draft.state(), budget, draft.now()).open(command.task())) {
      return notOpen(budget, command.task());
    }
    Map<String, Long> limits = known == null ? Map.of() : known.limits();
    long opened = known == null ? draft.now() : known.openedAtMs();
    return put(command, new Envelope(budget.name(), command.task(), limits, opened, known == null ? 0 : known.expiresAtMs(), true, command.actor(), command.reason()));
  }

  private static Result.Rejected notOpen(Budget budget, String task) {
    return new Result.Rejected("task_not_open", "task " + task + " of budget " + budget.name() + " is not open: open it");
  }

  /** @param before caps that may only rise */
  private @Nullable Result checked(Budget budget, Map<String, Long> limits, Map<String, Long> before, long ttlMs) {
    for (Map.Entry<String, Long> limit : new TreeMap<>(limits).entrySet()) {
      Long most = budget.limits().get(limit.getKey());
      if (most == null) {
        return new Result.Rejected("limit_invalid", "budget " + budget.name() + " has no limit of " + limit.getKey() + ": it has " + new TreeMap<>(budget.limits()).keySet());
      }
      if (limit.getValue() > most) {
        return new Result.Rejected("limit_invalid", "a task may have at most the budget's limit of " + Money.text(most) + " " + limit.getKey());
      }
      long known = before.getOrDefault(limit.getKey(), 0L);
      if (limit.getValue() < known) {
        return new Result.Rejected("limit_invalid", "a cap is only raised: it is " + Money.text(known) + " " + limit.getKey());
      }
    }
    return ttlMs < 0 || ttlMs > Command.Task.LONGEST_TTL_MS ? new Result.Rejected("ttl_invalid", "a ttl is longer than 0 and at most ten years") : null;
  }

  private long until(long ttlMs) {
    return ttlMs == 0 ? 0 : Math.addExact(draft.now(), ttlMs);
  }

  private Result put(Command.Task command, Envelope envelope) {
    draft.put(new Change.EnvelopeChanged(envelope));
    ObjectName budget = envelope.budget();
    draft.put(new Change.GrantRecorded(new Change.GrantRecord(Administration.keyOf(command), command.content(), budget, 0, 0, 0)));
    return new Result.TaskSet(envelope, false);
  }
}
