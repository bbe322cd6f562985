package dev.exchequer.server.store.postgres;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What the commands of a batch name themselves: where the locking begins. What that leads to is {@link Reach}. */
final class Footprint {
  final Set<String> requests = new LinkedHashSet<>();
  final Set<HoldId> holds = new LinkedHashSet<>();
  final List<RequestFacts> admissions = new ArrayList<>();
  final Set<String> grants = new LinkedHashSet<>();
  /** Balances that are granted to by hand. */
  final Set<ObjectName> granted = new LinkedHashSet<>();
  final List<Policy> activated = new ArrayList<>();
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
      case Command.Sweep c -> sweeps = true;
      case Command.Activate c -> {
        activated.add(c.policy());
        for (Balance balance : c.policy().balances().values()) {
          balance.initialGrants().forEach(grant -> grants.add(initialGrant(balance, grant)));
        }
      }
      case Command.Grant c -> {
        grants.add("admin/" + c.idempotencyKey());
        granted.add(c.balance());
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
