package dev.exchequer.ledger;

import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** What people tell a ledger of a simulation to do, sensible or not. */
public final class SimulatedPeople {
  private static final long HOUR_MS = 3_600_000;

  private final Random random;
  private int commands;

  public SimulatedPeople(Random random) {
    this.random = random;
  }

  private String key(String kind) {
    return kind + ++commands;
  }

  private ObjectName balance() {
    return SimulatedPolicies.BALANCES.get(random.nextInt(SimulatedPolicies.BALANCES.size()));
  }

  /** Value for some balance, often as much as it owes. */
  public Command.Administer grant(Books books, long nowMs) {
    ObjectName balance = balance();
    Account account = books.accounts.get(balance);
    long posted = account == null ? 0 : account.posted();
    long debt = posted < 0 && random.nextBoolean() ? -Math.max(posted, -Long.MAX_VALUE / 2) : 0;
    return new Command.Grant(balance, debt + 1 + random.nextLong(2_000_000_000), terms(nowMs), "ann", "top up", key("g"));
  }

  private GrantTerms terms(long nowMs) {
    long start = random.nextInt(4) == 0 ? nowMs + random.nextLong(HOUR_MS) : 0;
    long end = random.nextBoolean() ? Math.max(start, nowMs) + 1 + random.nextLong(random.nextBoolean() ? 20_000 : 2 * HOUR_MS) : 0;
    return random.nextInt(3) == 0 ? GrantTerms.PLAIN : new GrantTerms(random.nextBoolean(), random.nextInt(3) * 25, start, end);
  }

  /** Labels of tasks, of a budget that has them or not. */
  public Command.Task task() {
    ObjectName budget = World.name(random.nextInt(10) == 0 ? "users" : "tasks");
    String label = "task" + random.nextInt(8);
    Map<String, Long> limits = random.nextBoolean() ? Map.of() : Map.of("CNY", random.nextLong(3_000_000_000L));
    long ttl = random.nextBoolean() ? 0 : 1 + random.nextLong(2 * HOUR_MS);
    return switch (random.nextInt(4)) {
      case 0 -> new Command.CloseTask(budget, label, "bob", "done", key("t"));
      case 1 -> new Command.ExtendTask(budget, label, limits, ttl, "bob", "more", key("t"));
      default -> new Command.OpenTask(budget, label, limits, ttl, "bob", "begin", key("t"));
    };
  }

  /** @param attempt whose charge may be given back */
  public List<Command.Administer> something(Books books, HoldId attempt) {
    ObjectName balance = balance();
    Account account = books.accounts.get(balance);
    return switch (random.nextInt(8)) {
      case 0 -> List.of(new Command.Adjust(balance, random.nextLong(1_000_000_000) - 600_000_000, "bob", "count", key("a")));
      case 1 -> {
        List<Lot> lots = account == null ? List.of() : account.purse().lots();
        String grant = lots.isEmpty() || random.nextInt(5) == 0 ? "admin/none" : lots.get(random.nextInt(lots.size())).grant();
        yield List.of(new Command.VoidGrant(balance, grant, "bob", "mistake", key("a")));
      }
      case 2 -> List.of(new Command.Stand(balance, random.nextInt(4) == 0 ? Command.Stand.Standing.SUSPENDED : Command.Stand.Standing.OPEN, "bob", "checks", key("a")));
      case 3 -> {
        Command.Administer open = new Command.Stand(balance, Command.Stand.Standing.OPEN, "bob", "checks", key("a"));
        if (account == null || !balance.name().equals("wallet-b") || random.nextInt(4) != 0) {
          yield List.of(open);
        }
        yield List.of(
            open, new Command.Adjust(balance, -account.posted(), "bob", "end", key("a")), new Command.Stand(balance, Command.Stand.Standing.CLOSED, "bob", "end", key("a")));
      }
      default -> refund(books, attempt);
    };
  }

  /** Some of its charge, or all. */
  public List<Command.Administer> refund(Books books, HoldId attempt) {
    Hold hold = books.holds.get(attempt);
    long charged = hold == null ? 5 : hold.charged();
    long amount = random.nextInt(4) == 0 || charged <= 0 ? charged : 1 + random.nextLong(charged);
    return List.of(new Command.Refund(attempt.request(), attempt.attempt(), amount, "bob", "bad answer", key("a")));
  }

  /** Right after it was carried out. */
  public static void carriedOut(Command.Administer command, Books books, dev.exchequer.policy.Policy policy) {
    if (command instanceof Command.Adjust adjust && adjust.amountNanos() < 0 && policy.balances().containsKey(adjust.balance())) {
      long overdraft = Objects.requireNonNull(policy.balances().get(adjust.balance())).overdraftNanos();
      Books.check(Objects.requireNonNull(books.accounts.get(adjust.balance())).available(overdraft) >= 0, "an adjustment reaches the overdraft, not further");
    }
  }
}
