package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.LedgerCore;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the commands of a batch name themselves: where the locking begins. What that leads to is {@link Reach}. */
final class Footprint {
  final Set<String> requests = new LinkedHashSet<>();
  final Set<HoldId> holds = new LinkedHashSet<>();
  final List<RequestFacts> admissions = new ArrayList<>();
  final Set<String> grants = new LinkedHashSet<>();
  /** Balances whose money may change without a hold. */
  final Set<ObjectName> granted = new LinkedHashSet<>();
  final List<Policy> activated = new ArrayList<>();
  /** Task labels of budgets that are opened, extended or closed. */
  final Set<Reach.Counter> tasks = new LinkedHashSet<>();
  /** Their budgets, and for how long a label stays open without use. */
  final Map<ObjectName, Long> labels = new LinkedHashMap<>();
  boolean sweeps;
  /** Once a minute, with a sweep: what is only counted or kept is looked at. */
  boolean tidies;

  static Footprint of(List<Command> commands) {
    Footprint footprint = new Footprint();
    commands.forEach(footprint::add);
    return footprint;
  }

  private void add(Command command) {
    switch (command) {
      case Command.Admit c -> {
        add(new HoldId(c.facts().id(), 1));
        admissions.add(c.facts());
      }
      case Command.NextAttempt c -> add(c.id());
      case Command.Settle c -> add(c.id());
      case Command.Abandon c -> add(c.id());
      case Command.Journal c -> add(c.event());
      case Command.Deny c -> {}
      case Command.AlertTried c -> {}
      case Command.Sweep c -> sweeps = true;
      case Command.Activate c -> {
        activated.add(c.policy());
        for (Balance balance : c.policy().balances().values()) {
          balance.initialGrants().forEach(grant -> grants.add(initialGrant(balance, grant)));
        }
      }
      case Command.Administer c -> {
        grants.add(LedgerCore.administered(c));
        administer(c);
      }
    }
  }

  private void administer(Command.Administer command) {
    switch (command) {
      case Command.Grant c -> granted.add(c.balance());
      case Command.Adjust c -> granted.add(c.balance());
      case Command.Stand c -> granted.add(c.balance());
      case Command.Task c -> tasks.add(new Reach.Counter(c.budget(), c.task()));
      case Command.VoidGrant c -> {
        granted.add(c.balance());
        grants.add(c.grant());
      }
      case Command.Refund c -> {
        add(new HoldId(c.receipt(), 1));
        if (c.attempt() > 1) {
          add(new HoldId(c.receipt(), c.attempt()));
        }
      }
    }
  }

  /** What a policy says of the budgets whose labels are opened, extended or closed. */
  void labels(Policy policy) {
    if (!tasks.isEmpty()) {
      Set<ObjectName> named = new LinkedHashSet<>();
      tasks.forEach(task -> named.add(task.budget()));
      policy.budgets().stream().filter(budget -> named.contains(budget.name())).forEach(budget -> labels.merge(budget.name(), budget.idleExpiryMs(), Math::max));
    }
  }

  /**
   * What comes by itself to the balances of a policy in the windows of a moment, and of a little later: ledger time may be ahead of this replica's clock.
   *
   * @param laterMs how much ahead at most
   */
  void recurring(Policy policy, long nowMs, long laterMs) {
    for (Balance balance : policy.balances().values()) {
      if (!balance.recurringGrants().isEmpty()) {
        granted.add(balance.name());
        grants.addAll(LedgerCore.recurringGrants(balance, nowMs));
        grants.addAll(LedgerCore.recurringGrants(balance, nowMs + laterMs));
      }
    }
  }

  private void add(JournalEvent event) {
    switch (event) {
      case JournalEvent.HopEnd end -> add(end.id());
      case JournalEvent.HopProgress progress -> add(progress.id());
      case JournalEvent.RequestEnd end -> requests.add(end.request());
      case JournalEvent.Nothing nothing -> {}
    }
  }

  void add(HoldId id) {
    holds.add(id);
    requests.add(id.request());
  }

  /** As the core names them. */
  static String initialGrant(Balance balance, Balance.InitialGrant grant) {
    return "initial/" + balance.name() + "/" + grant.id();
  }
}
