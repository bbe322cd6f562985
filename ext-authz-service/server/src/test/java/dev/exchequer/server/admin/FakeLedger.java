package dev.exchequer.server.admin;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.BalanceType;
import dev.exchequer.policy.Budget;
import dev.exchequer.policy.GatewayRules;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.server.store.LedgerReads;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A ledger with one receipt, one balance with two entries, and one budget; grants answer what the test says. */
class FakeLedger extends UnusedEngine implements LedgerReads {
  static final ObjectName WALLET = new ObjectName("default", "wallet");
  static final ObjectName ORPHAN = new ObjectName("default", "orphan");
  static final ObjectName MONTH = new ObjectName("default", "month");
  static final String RECEIPT =
      """
      {"id":"r1","status":"Denied","time":"2026-11-23T13:44:24.123Z","apiKey":"default/ci","keyLabel":"ci","project":"default/acme","requestedModel":"m",\
      "latencyMs":2,"error":{"httpStatus":404,"code":"model_not_found","message":"No route."},"hops":[],"corrections":[]}""";

  final List<Command.Administer> grants = new ArrayList<>();
  CompletableFuture<Result> grantAnswer = CompletableFuture.completedFuture(new Result.Granted(WALLET, 3, 1_000_000_000L, 13_500_000_000L, false));
  @Nullable ReceiptQuery lastQuery;

  private static final ObjectName PROJECT = new ObjectName("default", "acme");
  private final Policy policy =
      Policy.of(
          "d",
          List.of(),
          List.of(),
          List.of(
              new Balance(
                  WALLET, PROJECT, BalanceType.WALLET, "CNY", Set.of(RouteClass.POOL, RouteClass.DIRECT), 100, 500_000_000L, Balance.OnInDoubt.RELEASE, List.of(), false)),
          List.of(),
          List.of(
              new Budget(
                  MONTH, new Budget.Target(Budget.TargetKind.PROJECT, PROJECT), Budget.Per.TASK, Map.of("CNY", 10_000_000_000L), false, Budget.Window.MONTH, 1,
                  ZoneId.of("UTC"), false, 100, 0, Set.of(), List.of(), false)),
          List.of(),
          List.of(),
          GatewayRules.NONE);

  @Override
  public Optional<Policy> policy() {
    return Optional.of(policy);
  }

  @Override
  public synchronized CompletableFuture<Result> administer(Command.Administer command) {
    grants.add(command);
    return grantAnswer;
  }

  @Override
  public Optional<String> receipt(String id) {
    return id.equals("r1") ? Optional.of(RECEIPT) : Optional.empty();
  }

  @Override
  public Page<String> receipts(ReceiptQuery query) {
    if ("nonsense".equals(query.cursor())) {
      throw new IllegalArgumentException("not a cursor");
    }
    lastQuery = query;
    return new Page<>(List.of(RECEIPT), "c2");
  }

  @Override
  public List<BalanceRow> balances() {
    return List.of(
        new BalanceRow(WALLET, "CNY", 48_113_990_000L, 20_000_000L, 812, 1_000),
        new BalanceRow(ORPHAN, "CREDIT", 5, 0, 1, 1_000),
        new BalanceRow(new ObjectName("team", "wallet"), "CNY", 1, 0, 1, 1_000));
  }

  @Override
  public Optional<BalanceRow> balance(ObjectName name) {
    return balances().stream().filter(row -> row.name().equals(name)).findAny();
  }

  @Override
  public List<PastBalance> balancesAt(long atMs) {
    return List.of(new PastBalance(WALLET, "CNY", atMs < 2_000 ? 1_000_000_000L : 995_790_000L, atMs < 2_000 ? 1 : 2), new PastBalance(new ObjectName("team", "wallet"), "CNY", 0, 0));
  }

  @Override
  public Optional<PastBalance> balanceAt(ObjectName name, long atMs) {
    return balancesAt(atMs).stream().filter(row -> row.name().equals(name)).findAny();
  }

  @Override
  public Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit) {
    return new Page<>(
        List.of(
            new EntryRow("default/wallet", 2, 2_000, "Charge", -4_210_000, 1_000_000_000, 995_790_000, "r1", 2, null, null),
            new EntryRow("default/wallet", 1, 1_000, "Grant", 1_000_000_000, 0, 1_000_000_000, null, null, "policy", "initial grant start")),
        null);
  }

  @Override
  public List<BudgetRow> budgets() {
    return List.of(
        new BudgetRow(MONTH, "build", "CNY", 4_000_000_000L, 1_000_000_000L, 1_000, 2_000, 1_500),
        new BudgetRow(new ObjectName("default", "gone"), "", "CNY", 1, 0, 0, Long.MAX_VALUE, 0));
  }

  @Override
  public OpenHolds openHolds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<EntryRow> correctionsOf(String receipt) {
    return List.of();
  }
}
