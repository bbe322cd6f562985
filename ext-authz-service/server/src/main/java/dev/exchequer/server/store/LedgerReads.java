package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Allocation;
import dev.exchequer.ledger.Entry;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What people and applications read: always from committed state, on its own connections, never in the way of the lane. Blocking: not for gRPC threads. */
public interface LedgerReads {

  /** The stored receipt as JSON in the form of CONTRACTS section 3, with corrections joined. */
  Optional<String> receipt(String id);

  /** Newest first. */
  Page<String> receipts(ReceiptQuery query);

  List<BalanceRow> balances();

  Optional<BalanceRow> balance(ObjectName name);

  /**
   * Every balance as its history says it was at a moment, by name: after its last entry at or before it.
   *
   * @param atMs milliseconds since the epoch
   */
  List<PastBalance> balancesAt(long atMs);

  /** The same of one; empty if there is no such balance. */
  Optional<PastBalance> balanceAt(ObjectName name, long atMs);

  /** Newest first. */
  Page<EntryRow> entries(ObjectName balance, @Nullable String cursor, int limit);

  List<BudgetRow> budgets();

  /** Attempts that have not ended. */
  OpenHolds openHolds();

  /** Entries posted after the receipt was stored (kind Correction, Refund, ...). */
  List<EntryRow> correctionsOf(String receipt);

  record Page<T>(List<T> items, @Nullable String nextCursor) {}

  /** All filters optional, ANDed; times in milliseconds since the epoch, from inclusive, to exclusive. */
  record ReceiptQuery(
      @Nullable String key,
      @Nullable String project,
      @Nullable String route,
      @Nullable String model,
      @Nullable String status,
      @Nullable String task,
      @Nullable String endUser,
      @Nullable Long from,
      @Nullable Long to,
      @Nullable String cursor,
      int limit) {}

  /**
   * The money of one balance; its definition is in the policy. Amounts in nano-units.
   *
   * @param stopped it was suspended or closed by a command, whatever its definition says
   */
  record BalanceRow(ObjectName name, String unit, long posted, long held, long sequence, long asOfMs, boolean stopped) {
    public BalanceRow(ObjectName name, String unit, long posted, long held, long sequence, long asOfMs) {
      this(name, unit, posted, held, sequence, asOfMs, false);
    }
  }

  /**
   * The money of one balance at a moment; what was held then is not part of its history.
   *
   * @param posted nano-units
   * @param sequence of the last entry then, 0 = there was none
   */
  record PastBalance(ObjectName name, String unit, long posted, long sequence) {}

  /** @param oldestHeldAtMs milliseconds since the epoch, 0 = there is none */
  record OpenHolds(long count, long oldestHeldAtMs) {}

  record EntryRow(
      String balance,
      long sequence,
      long time,
      String kind,
      long amount,
      long before,
      long after,
      @Nullable String receipt,
      @Nullable Integer attempt,
      @Nullable String actor,
      @Nullable String reason,
      List<Allocation> allocations) {
    /** One that was just decided. */
    public static EntryRow of(Entry e) {
      return new EntryRow(
          e.balance().toString(), e.sequence(), e.timeMs(), e.kind().text(), e.amount(), e.before(), e.after(), e.receipt(), e.attempt(), e.actor(), e.reason(), e.allocations());
    }

    /** One that changed no lot. */
    public EntryRow(
        String balance,
        long sequence,
        long time,
        String kind,
        long amount,
        long before,
        long after,
        @Nullable String receipt,
        @Nullable Integer attempt,
        @Nullable String actor,
        @Nullable String reason) {
      this(balance, sequence, time, kind, amount, before, after, receipt, attempt, actor, reason, List.of());
    }
  }

  /** One bucket: spent and held in nano-units; value "" = the shared bucket or an absent label. */
  record BudgetRow(ObjectName budget, String value, String unit, long spent, long held, long windowStartMs, long windowEndMs, long lastUsedMs) {}
}
