package dev.exchequer.server.store.postgres;

import dev.exchequer.server.store.HouseSums;
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.postgres.ChangedRows.PlacedCorrection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** Writes what providers bill the house. The sums are in rows of this replica's own, as the counts of refusals. */
final class HouseWriter {
  private static final String TABLE = "house_entries";

  private final Sql sql;
  private final String replica;

  HouseWriter(Sql sql, String replica) {
    this.sql = sql;
    this.replica = replica;
  }

  void write(ChangedRows changed) throws SQLException {
    insert(columns(changed.houseCosts, cost -> cost), changed.houseCosts);
    Columns<PlacedCorrection> corrections = columns(changed.houseCorrections, PlacedCorrection::correction);
    insert(
        corrections.integer("chain", c -> c.place().chain()).number("number", c -> c.place().number()).bytes("hash", c -> c.place().hash().bytes()),
        changed.houseCorrections);
    sums(HouseSums.of(changed.house));
  }

  private static <T> Columns<T> columns(Collection<T> rows, Function<T, HouseFacts> facts) {
    return new Columns<>(rows)
        .text("receipt", row -> facts.apply(row).receipt())
        .integer("attempt", row -> facts.apply(row).attempt())
        .text("kind", row -> facts.apply(row).kind())
        .text("stripe", row -> facts.apply(row).stripe())
        .text("provider", row -> facts.apply(row).provider())
        .text("unit", row -> facts.apply(row).unit())
        .number("time", row -> facts.apply(row).timeMs())
        .number("amount", row -> facts.apply(row).amount())
        .text("sheet", row -> facts.apply(row).sheet())
        .text("digest", row -> facts.apply(row).digest());
  }

  private <T> void insert(Columns<T> columns, Collection<T> rows) throws SQLException {
    if (!rows.isEmpty()) {
      BatchWriter.exactly(rows.size(), sql.run(columns.insert(TABLE), columns.values()), TABLE);
    }
  }

  private void sums(List<HouseSums.Sum> sums) throws SQLException {
    if (sums.isEmpty()) {
      return;
    }
    Columns<HouseSums.Sum> more =
        new Columns<>(sums)
            .text("stripe", s -> replica)
            .text("provider", HouseSums.Sum::provider)
            .text("unit", HouseSums.Sum::unit)
            .number("units", HouseSums.Sum::units)
            .number("nanos", HouseSums.Sum::nanos)
            .number("entries", HouseSums.Sum::entries);
    BatchWriter.exactly(sums.size(), sql.run(more.insert("house_accounts") + HouseSums.ADD, more.values()), "house_accounts");
  }
}
