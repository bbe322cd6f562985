package dev.exchequer.server.store.chain;

import dev.exchequer.ledger.Allocation;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How a store's entries and receipts are read back, as they were given.
 *
 * @param allocationsIn the column of entries that has the allocations
 * @param allocations reads that column
 * @param given undoes what the store does to the text of callers
 */
public record StoredRows(String allocationsIn, Function<@Nullable String, List<Allocation>> allocations, UnaryOperator<String> given) {
  /** The column of {@link #receiptColumns} that has the stored JSON. */
  public static final int BODY = 10;

  /** The column of {@link #receiptColumns} that has the digest of what stood there, null where it stands there still. */
  public static final int DIGEST = 11;

  /** The first column after {@link #receiptColumns}. */
  public static final int AFTER_RECEIPT = 12;

  /** The first column after {@link #entryColumns}. */
  public static final int AFTER_ENTRY = 13;

  /** Of a SELECT from house_entries, for {@link #house}; others may follow from AFTER_HOUSE on. */
  public static final String HOUSE_COLUMNS = "receipt, attempt, kind, stripe, provider, unit, time, amount, sheet, digest";

  /** The first column after {@link #HOUSE_COLUMNS}. */
  public static final int AFTER_HOUSE = 11;

  public static HouseFacts house(ResultSet r) throws SQLException {
    return new HouseFacts(
        r.getString(1), r.getInt(2), r.getString(3), r.getString(4), r.getString(5), r.getString(6), r.getLong(7), r.getLong(8), r.getString(9), r.getString(10));
  }

  /** Of a SELECT, for {@link #entry}; others may follow from AFTER_ENTRY on. */
  public String entryColumns() {
    return "balance, sequence, time, kind, amount, before, after, receipt, attempt, actor, reason, " + allocationsIn;
  }

  public EntryRow entry(ResultSet r) throws SQLException {
    int attempt = r.getInt(9);
    Integer orNone = r.wasNull() ? null : Integer.valueOf(attempt);
    return new EntryRow(
        r.getString(1), r.getLong(2), r.getLong(3), r.getString(4), r.getLong(5), r.getLong(6), r.getLong(7), r.getString(8), orNone, given(r.getString(10)),
        given(r.getString(11)), allocations.apply(r.getString(12)));
  }

  /** Of a SELECT, for {@link #receipt}; others may follow from AFTER_RECEIPT on. */
  public String receiptColumns() {
    return receiptColumns("digest");
  }

  /** The same of a ledger that is older than prunings. */
  String wholeReceiptColumns() {
    return receiptColumns("NULL");
  }

  private static String receiptColumns(String digest) {
    return "id, time, api_key, project, route, model, status, task, end_user, body, " + digest;
  }

  /** @throws IllegalArgumentException if its digest is none */
  public ReceiptFacts receipt(ResultSet r) throws SQLException {
    byte[] digest = r.getBytes(DIGEST);
    return new ReceiptFacts(
        r.getString(1), r.getLong(2), r.getString(3), r.getString(4), r.getString(5), given(r.getString(6)), r.getString(7), r.getString(8), given(r.getString(9)),
        digest == null ? ChainWriter.digest(r.getString(BODY)) : Hash.of(digest));
  }

  private @Nullable String given(@Nullable String column) {
    return column == null ? null : given.apply(column);
  }
}
