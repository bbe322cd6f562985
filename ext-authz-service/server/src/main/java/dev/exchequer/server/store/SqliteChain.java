package dev.exchequer.server.store;

import dev.exchequer.ledger.Allocation;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Genesis;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.HouseGenesis;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.StoredRows;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The chain of the embedded ledger. It has one writer, and so one chain beside that of what is older than chains. */
public final class SqliteChain {
  /** How rows are read back. */
  public static final StoredRows ROWS = new StoredRows("allocations", SqliteChain::allocations, text -> text);

  private static final String WRITER = "local";
  private static final StoredJson JSON = new StoredJson();

  private static final List<String> EDITS_LIFTED = List.of("DROP TRIGGER entries_stay", "DROP TRIGGER receipts_stay");

  private static final List<String> EDITS_FORBIDDEN =
      List.of(
          "CREATE TRIGGER entries_stay BEFORE UPDATE ON entries BEGIN SELECT raise(ABORT, 'entries are never edited'); END",
          "CREATE TRIGGER receipts_stay BEFORE UPDATE ON receipts BEGIN SELECT raise(ABORT, 'receipts are never edited'); END",
          "CREATE UNIQUE INDEX entries_in_chain ON entries (chain, number)",
          "CREATE UNIQUE INDEX receipts_in_chain ON receipts (chain, number)");

  private static final List<String> PLACES_OF_CORRECTIONS =
      List.of(
          "CREATE UNIQUE INDEX house_in_chain ON house_entries (chain, number) WHERE chain IS NOT NULL",
          "CREATE TRIGGER house_corrections_are_chained BEFORE INSERT ON house_entries WHEN (new.kind = 'Correction') IS NOT (new.chain IS NOT NULL AND new.number IS NOT NULL AND new.hash IS NOT NULL)"
              + " BEGIN SELECT raise(ABORT, 'a correction of a house cost has a place in the chain, and a cost has none'); END",
          "CREATE TRIGGER house_entries_are_final BEFORE UPDATE ON house_entries BEGIN SELECT raise(ABORT, 'house entries are never edited'); END");

  private SqliteChain() {}

  static Genesis genesis() {
    return new Genesis("6.1", ROWS, EDITS_LIFTED, EDITS_FORBIDDEN);
  }

  /** Older corrections go to the end of the chain: nobody writes while the schema changes. */
  static HouseGenesis house() {
    return new HouseGenesis("11.1", SqliteChain::head, List.of(), PLACES_OF_CORRECTIONS);
  }

  private static List<Allocation> allocations(@Nullable String stored) {
    return stored == null ? List.of() : List.of(JSON.read(stored, Allocation[].class));
  }

  /** Where the chain ends, as the last commit left it; it is begun if there is none. */
  static Place head(Connection connection) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement("SELECT id, number, hash FROM chains WHERE writer = ?")) {
      s.setString(1, WRITER);
      try (ResultSet r = s.executeQuery()) {
        return r.next() ? new Place(r.getInt(1), r.getLong(2), Hash.of(r.getBytes(3))) : begun(connection);
      }
    }
  }

  private static Place begun(Connection connection) throws SQLException {
    String sql =
        "INSERT INTO chains (writer, epoch, follows, start, number, hash) SELECT ?, 1, (SELECT id FROM chains WHERE writer = '" + Genesis.WRITER + "'), ?, 0, ? RETURNING id";
    try (PreparedStatement before = connection.prepareStatement("SELECT l.id, g.hash FROM ledger l LEFT JOIN chains g ON g.writer = '" + Genesis.WRITER + "'");
        ResultSet r = before.executeQuery();
        PreparedStatement s = connection.prepareStatement(sql)) {
      r.next();
      byte[] genesis = r.getBytes(2);
      Hash start = ChainWriter.start(r.getString(1), WRITER, 1, genesis == null ? null : Hash.of(genesis));
      s.setString(1, WRITER);
      s.setBytes(2, start.bytes());
      s.setBytes(3, start.bytes());
      try (ResultSet id = s.executeQuery()) {
        id.next();
        return new Place(id.getInt(1), 0, start);
      }
    }
  }
}
