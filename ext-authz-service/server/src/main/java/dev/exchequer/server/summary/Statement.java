package dev.exchequer.server.summary;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.Opening;
import dev.exchequer.server.store.LedgerHistory.PostedRow;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import java.math.BigInteger;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A balance in one calendar month: opening + entries = closing, or there is no statement. Amounts are signed nano-units as in entries: what was charged is
 * negative. An entry counts in the month in which it was posted, also where its request came in another.
 *
 * @param fromMs beginning of the month in its time zone, milliseconds since the epoch
 * @param toMs end of the month, exclusive
 * @param opening posted before the first entry
 * @param closing posted after the last one
 * @param firstSequence of the entries, 0 = there is none
 * @param kinds all entries by their kind
 * @param requests those that belong to a request, by key and requested model
 */
public record Statement(
    ObjectName balance,
    String unit,
    YearMonth month,
    ZoneId zone,
    long fromMs,
    long toMs,
    long opening,
    long closing,
    long firstSequence,
    long lastSequence,
    List<OfKind> kinds,
    List<OfRequests> requests) {

  /** How long after a moment what was decided before it may still be on its way to the database: the longest that a batch may take, and clocks of gateways that differ. */
  private static final long ON_ITS_WAY_MS = 60_000;

  /**
   * Whether nothing more comes to this month.
   *
   * @param nowMs before the entries were read
   */
  public boolean complete(long nowMs) {
    return toMs + ON_ITS_WAY_MS <= nowMs;
  }

  public record OfKind(String kind, long entries, BigInteger amount) {}

  /**
   * @param apiKey null while the request has no receipt
   * @param model null where the request has no receipt or names no model
   */
  public record OfRequests(@Nullable String apiKey, @Nullable String model, long entries, BigInteger amount) {}

  /**
   * @return empty if the ledger has no such balance
   * @throws IllegalStateException if the entries do not follow from one another: the ledger is damaged
   */
  public static Optional<Statement> of(LedgerHistory history, ObjectName balance, YearMonth month, ZoneId zone) {
    long from = Periods.startOf(month, zone);
    long to = Periods.startOf(month.plusMonths(1), zone);
    Totals totals = new Totals();
    return history.entries(balance, from, to, totals::add).map(opening -> totals.statement(balance, opening, month, zone, from, to));
  }

  private static final class Totals {
    private final Map<String, Sum> kinds = new TreeMap<>();
    private final Map<Who, Sum> requests = new HashMap<>();
    private final Sum all = new Sum();
    private @Nullable EntryRow first;
    private @Nullable EntryRow last;

    private record Who(@Nullable String apiKey, @Nullable String model) {}

    private static final class Sum {
      private long entries;
      private BigInteger amount = BigInteger.ZERO;

      private void add(long nanos) {
        entries++;
        amount = amount.add(BigInteger.valueOf(nanos));
      }
    }

    private void add(PostedRow row) {
      EntryRow entry = row.entry();
      if (last != null && (entry.sequence() != last.sequence() + 1 || entry.before() != last.after())) {
        throw broken(entry, "does not follow entry " + last.sequence());
      }
      if (first == null) {
        first = entry;
      }
      last = entry;
      all.add(entry.amount());
      kinds.computeIfAbsent(entry.kind(), kind -> new Sum()).add(entry.amount());
      if (entry.receipt() != null) {
        requests.computeIfAbsent(new Who(row.apiKey(), row.model()), who -> new Sum()).add(entry.amount());
      }
    }

    private Statement statement(ObjectName balance, Opening opening, YearMonth month, ZoneId zone, long from, long to) {
      if (first != null && (first.before() != opening.posted() || first.sequence() != opening.sequence() + 1)) {
        throw broken(first, "does not follow what was posted before the month");
      }
      long closing = last == null ? opening.posted() : last.after();
      if (last != null && !BigInteger.valueOf(opening.posted()).add(all.amount).equals(BigInteger.valueOf(closing))) {
        throw broken(last, "is not the opening and the sum of the entries");
      }
      List<OfKind> ofKinds = new ArrayList<>();
      kinds.forEach((kind, sum) -> ofKinds.add(new OfKind(kind, sum.entries, sum.amount)));
      List<OfRequests> ofRequests = new ArrayList<>();
      requests.forEach((who, sum) -> ofRequests.add(new OfRequests(who.apiKey, who.model, sum.entries, sum.amount)));
      Comparator<@Nullable String> byText = Comparator.nullsLast(Comparator.naturalOrder());
      ofRequests.sort(Comparator.comparing(OfRequests::apiKey, byText).thenComparing(OfRequests::model, byText));
      return new Statement(
          balance, opening.unit(), month, zone, from, to, opening.posted(), closing, first == null ? 0 : first.sequence(), last == null ? 0 : last.sequence(),
          List.copyOf(ofKinds), List.copyOf(ofRequests));
    }

    private static IllegalStateException broken(EntryRow entry, String how) {
      return new IllegalStateException("entry " + entry.sequence() + " of " + entry.balance() + " " + how);
    }
  }
}
