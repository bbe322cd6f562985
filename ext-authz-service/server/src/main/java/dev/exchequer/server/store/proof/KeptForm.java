package dev.exchequer.server.store.proof;

import dev.exchequer.server.store.SqliteChain;
import dev.exchequer.server.store.chain.StoredRows;
import java.util.List;

/**
 * What the stores keep differently, as far as it is verified.
 *
 * @param rows how entries and receipts are read back
 * @param whole entries and accounts are stored whole in `body`, beside their columns; false = what has no column is a column of JSON
 * @param heads SELECT of id, writer, epoch, follows, start, number and hash of every chain, by id; number and hash are null where nobody knows its end
 * @param time SELECT of ledger time
 * @param damage SELECT whose one row is "ok" in a database that is sound; "" = there is none
 * @param settings statements for the session that reads
 */
public record KeptForm(StoredRows rows, boolean whole, String heads, String time, String damage, List<String> settings) {
  /** The column of heads that has the number. */
  public static final int HEAD_NUMBER = 6;

  public static final KeptForm SQLITE =
      new KeptForm(
          SqliteChain.ROWS, false, "SELECT id, writer, epoch, follows, start, number, hash FROM chains ORDER BY id", "SELECT value FROM meta WHERE name = 'time'",
          "PRAGMA integrity_check(1)", List.of());

  String purseIn() {
    return whole ? "body" : "purse";
  }

  String pursePath() {
    return whole ? "/purse" : "";
  }

  String allocationsPath() {
    return whole ? "/allocations" : "";
  }
}
