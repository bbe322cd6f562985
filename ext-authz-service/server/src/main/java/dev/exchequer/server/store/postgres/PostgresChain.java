package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.Allocation;
import dev.exchequer.ledger.Entry;
import dev.exchequer.server.store.StoredJson;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Genesis;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.HouseGenesis;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.StoredRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chains of a ledger that replicas share: each epoch of each replica has one of its own. */
final class PostgresChain {
  /** How rows are read back. */
  static final StoredRows ROWS = new StoredRows("body", PostgresChain::allocations, ColumnText::decoded);

  private static final StoredJson JSON = new StoredJson();

  private static final List<String> EDITS_LIFTED =
      List.of("LOCK TABLE entries, receipts IN ACCESS EXCLUSIVE MODE", "DROP TRIGGER entries_stay ON entries", "DROP TRIGGER receipts_stay ON receipts");

  private static final List<String> EDITS_FORBIDDEN =
      List.of(
          "CREATE UNIQUE INDEX entries_in_chain ON entries (chain, number)",
          "CREATE UNIQUE INDEX receipts_in_chain ON receipts (chain, number)",
          "ALTER TABLE entries ALTER COLUMN chain DROP DEFAULT, ALTER COLUMN number DROP DEFAULT, ALTER COLUMN hash DROP DEFAULT",
          "ALTER TABLE receipts ALTER COLUMN chain DROP DEFAULT, ALTER COLUMN number DROP DEFAULT, ALTER COLUMN hash DROP DEFAULT",
          "CREATE TRIGGER entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION never()",
          "CREATE TRIGGER receipts_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION never()");

  private static final List<String> HOUSE_EDITS_LIFTED = List.of("LOCK TABLE house_entries IN ACCESS EXCLUSIVE MODE", "DROP TRIGGER house_entries_stay ON house_entries");

  private static final List<String> PLACES_OF_CORRECTIONS =
      List.of(
          "CREATE UNIQUE INDEX house_in_chain ON house_entries (chain, number) WHERE chain IS NOT NULL",
          "ALTER TABLE house_entries ADD CONSTRAINT house_corrections_are_chained CHECK ((kind = 'Correction') = (chain IS NOT NULL AND number IS NOT NULL AND hash IS NOT NULL))",
          "CREATE TRIGGER house_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON house_entries FOR EACH STATEMENT EXECUTE FUNCTION never()");

  private PostgresChain() {}

  static Genesis genesis() {
    return new Genesis("2.1", ROWS, EDITS_LIFTED, EDITS_FORBIDDEN);
  }

  /** Older corrections get a chain of their own, which the first epoch of each new name follows: chains of writers may be in use while the schema changes. */
  static HouseGenesis house() {
    return new HouseGenesis("6.1", PostgresChain::ofOldCorrections, HOUSE_EDITS_LIFTED, PLACES_OF_CORRECTIONS);
  }

  private static Place ofOldCorrections(Connection connection) throws SQLException {
    Sql sql = new Sql(connection);
    List<Place> genesis = new ArrayList<>(1);
    sql.each("SELECT id, number, hash FROM chains WHERE writer = ? AND epoch = 0", r -> genesis.add(new Place(r.getInt(1), r.getLong(2), Hash.of(r.getBytes(3)))), Genesis.WRITER);
    Place last = genesis.isEmpty() ? null : genesis.getFirst();
    List<Place> head = new ArrayList<>(1);
    sql.each(
        "INSERT INTO chains (writer, epoch, follows, start, number, hash) SELECT ?, 1, ?::integer, s, 0, s FROM (SELECT ?::bytea AS s) AS begun RETURNING id, start",
        r -> head.add(new Place(r.getInt(1), 0, Hash.of(r.getBytes(2)))),
        Genesis.WRITER, last == null ? null : Integer.valueOf(last.chain()), ChainWriter.start(ledger(sql), Genesis.WRITER, 1, last == null ? null : last.hash()).bytes());
    return head.getFirst();
  }

  private static String ledger(Sql sql) throws SQLException {
    List<String> ledger = new ArrayList<>(1);
    sql.each("SELECT id FROM ledger", r -> ledger.add(r.getString(1)));
    return ledger.getFirst();
  }

  private static List<Allocation> allocations(@Nullable String body) {
    return body == null ? List.of() : JSON.read(body, Entry.class).allocations();
  }

  /**
   * Ends the chain of the epoch before and begins that of a new one, in the transaction that takes over; the writer's row is locked in it, so nobody extends
   * the old one any more.
   */
  static Place begun(Connection connection, String replica, long epoch) throws SQLException {
    Sql sql = new Sql(connection);
    sql.run("UPDATE chains c SET number = w.number, hash = w.hash FROM writers w WHERE w.id = ? AND c.id = w.chain AND c.number IS NULL", replica);
    List<Integer> unknown = new ArrayList<>(0);
    sql.each("SELECT id FROM chains WHERE writer = ? AND number IS NULL", r -> unknown.add(r.getInt(1)), replica);
    for (int chain : unknown) {
      // its writer's row was deleted: the last record is all that is known of its end
      sql.run(
          """
          UPDATE chains SET (number, hash) = (SELECT number, hash FROM (
            SELECT number, hash FROM entries WHERE chain = ? UNION ALL SELECT number, hash FROM receipts WHERE chain = ? UNION ALL SELECT number, hash FROM house_entries WHERE chain = ?
            UNION ALL SELECT 0, start FROM chains WHERE id = ?
          ) r ORDER BY number DESC LIMIT 1) WHERE id = ?
          """,
          chain, chain, chain, chain, chain);
    }
    List<Place> before = new ArrayList<>(1);
    sql.each(
        "SELECT id, number, hash FROM chains WHERE writer IN (?, ?) AND number IS NOT NULL ORDER BY (writer = ?), epoch DESC LIMIT 1",
        r -> before.add(new Place(r.getInt(1), r.getLong(2), Hash.of(r.getBytes(3)))),
        replica, Genesis.WRITER, Genesis.WRITER);
    Place last = before.isEmpty() ? null : before.getFirst();
    Hash start = ChainWriter.start(ledger(sql), replica, epoch, last == null ? null : last.hash());
    List<Place> head = new ArrayList<>(1);
    sql.each(
        "INSERT INTO chains (writer, epoch, follows, start) VALUES (?, ?, ?::integer, ?) RETURNING id",
        r -> head.add(new Place(r.getInt(1), 0, start)),
        replica, epoch, last == null ? null : Integer.valueOf(last.chain()), start.bytes());
    sql.run("UPDATE writers SET chain = ?, number = 0, hash = ? WHERE id = ?", head.getFirst().chain(), start.bytes(), replica);
    return head.getFirst();
  }
}
