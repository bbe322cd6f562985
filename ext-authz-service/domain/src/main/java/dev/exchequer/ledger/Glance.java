package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The state as the next command would find it, for who only looks: what time brings by now (grants start and recur, value ends) is supposed, and taken back. */
final class Glance {
  private Glance() {}

  static <T> T at(LedgerState state, long nowMs, Supplier<T> look) {
    if (state.dueAccounts(nowMs).isEmpty() && state.recurringDueMs() > nowMs) {
      return look.get();
    }
    long recurringDueMs = state.recurringDueMs();
    Map<ObjectName, Optional<Account>> accounts = new HashMap<>();
    List<String> grants = new ArrayList<>();
    Draft draft =
        new Draft(state, nowMs) {
          @Override
          void put(Change change) {
            switch (change) {
              case Change.AccountChanged c -> accounts.computeIfAbsent(c.account().name(), state::account);
              case Change.GrantRecorded c -> grants.add(c.grant().key());
              case Change.EntryPosted c -> {}
              case Change other -> throw new IllegalStateException("time alone does not change this: " + other);
            }
            super.put(change);
          }
        };
    try {
      LedgerCore.time(draft);
      return look.get();
    } finally {
      state.takeBack(accounts, grants);
      state.recurringDue(recurringDueMs);
    }
  }
}
