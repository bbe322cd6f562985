package dev.exchequer.server.authz;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.server.store.LedgerReads;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

@NullMarked
final class FakeReads implements LedgerReads {
  final Map<String, String> receipts = new HashMap<>();
  final List<ReceiptQuery> queries = new ArrayList<>();
  final List<BalanceRow> balances = new ArrayList<>();
  final List<BudgetRow> budgets = new ArrayList<>();

  @Override
  public Optional<String> receipt(String id) {
    return Optional.ofNullable(receipts.get(id));
  }

  @Override
  public Page<String> receipts(ReceiptQuery query) {
    queries.add(query);
    return new Page<>(List.copyOf(receipts.values()), "more");
  }

  @Override
  public List<BalanceRow> balances() {
    return balances;
  }

  @Override
  public Optional<BalanceRow> balance(ObjectName name) {
    return balances.stream().filter(b -> b.name().equals(name)).findFirst();
  }

  @Override
  public List<PastBalance> balancesAt(long atMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<PastBalance> balanceAt(ObjectName name, long atMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<BudgetRow> budgets() {
    return budgets;
  }

  @Override
  public OpenHolds openHolds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<EntryRow> correctionsOf(String receipt) {
    throw new UnsupportedOperationException();
  }
}
