package dev.exchequer.server.store;

import dev.exchequer.server.store.chain.Cursor;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.StoredRows;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.CheckpointReader;
import dev.exchequer.server.store.proof.KeptForm;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Exports by the SQL that the stores have in common: chain by chain, along the index of each table by chain and number. */
public final class SqlExport implements LedgerExport {
  private static final String RANGE = ", chain, number, hash FROM %s WHERE chain = ? AND number > ? AND number <= ? ORDER BY number LIMIT ?";

  /** Asks within one read transaction. */
  public interface Asking {
    <T> T ask(SqlHistory.Question<T> question);
  }

  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private final Asking asking;
  private final KeptForm form;
  private final StoredRows rows;

  public SqlExport(Asking asking, KeptForm form) {
    this.asking = asking;
    this.form = form;
    this.rows = form.rows();
  }

  @Override
  public Checkpoint checkpoint() {
    return asking.ask(connection -> CheckpointReader.read(connection, form));
  }

  @Override
  public Cursor end() {
    return asking.ask(this::end);
  }

  private Cursor end(Connection connection) throws SQLException {
    Map<Integer, Long> ends = new TreeMap<>();
    try (Statement s = connection.createStatement(); ResultSet r = s.executeQuery(form.heads())) {
      while (r.next()) {
        ends.put(r.getInt(1), r.getLong(KeptForm.HEAD_NUMBER));
      }
    }
    return new Cursor(ends);
  }

  @Override
  public Page<PlacedEntry> entries(Cursor after, Cursor until, int limit) {
    String sql = "SELECT " + rows.entryColumns() + RANGE.formatted("entries");
    return page(sql, after, until, limit, r -> new PlacedEntry(rows.entry(r), place(r, StoredRows.AFTER_ENTRY)));
  }

  @Override
  public Page<PlacedReceipt> receipts(Cursor after, Cursor until, int limit) {
    String sql = "SELECT " + rows.receiptColumns() + RANGE.formatted("receipts");
    return page(sql, after, until, limit, r -> new PlacedReceipt(rows.receipt(r), r.getString(StoredRows.BODY), place(r, StoredRows.AFTER_RECEIPT)));
  }

  @Override
  public Page<PlacedCorrection> houseCorrections(Cursor after, Cursor until, int limit) {
    String sql = "SELECT " + StoredRows.HOUSE_COLUMNS + RANGE.formatted("house_entries");
    return page(sql, after, until, limit, r -> new PlacedCorrection(StoredRows.house(r), place(r, StoredRows.AFTER_HOUSE)));
  }

  private static Place place(ResultSet r, int chain) throws SQLException {
    return new Place(r.getInt(chain), r.getLong(chain + 1), Hash.of(r.getBytes(chain + 2)));
  }

  private <T> Page<T> page(String sql, Cursor after, Cursor until, int limit, Row<T> row) {
    if (limit < 1) {
      throw new IllegalArgumentException("a page has one record at least");
    }
    return asking.ask(
        connection -> {
          if (!until.within(end(connection))) {
            throw new IllegalArgumentException("the cursor " + until + " is beyond what this ledger has: it is of another ledger, or of a later state than this one");
          }
          if (!after.within(until)) {
            throw new IllegalArgumentException("the cursor " + after + " is not before " + until);
          }
          return page(connection, sql, after, until, limit, row);
        });
  }

  private static <T> Page<T> page(Connection connection, String sql, Cursor after, Cursor until, int limit, Row<T> row) throws SQLException {
    List<T> items = new ArrayList<>();
    Map<Integer, Long> reached = new TreeMap<>(after.read());
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (Map.Entry<Integer, Long> chain : until.read().entrySet()) {
        long from = after.of(chain.getKey());
        if (from == chain.getValue()) {
          continue;
        }
        int room = limit - items.size();
        if (room == 0) {
          break;
        }
        s.setInt(1, chain.getKey());
        s.setLong(2, from);
        s.setLong(3, chain.getValue());
        s.setInt(4, room);
        int read = 0;
        long last = from;
        try (ResultSet r = s.executeQuery()) {
          while (r.next()) {
            items.add(row.read(r));
            last = r.getLong("number");
            read++;
          }
        }
        reached.put(chain.getKey(), read < room ? chain.getValue() : Long.valueOf(last));
      }
    }
    return new Page<>(items, new Cursor(reached));
  }
}
