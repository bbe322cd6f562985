package dev.exchequer.server.store.proof;

import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import dev.exchequer.server.store.chain.StoredRows;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every chain from its start: each record, an entry, a receipt or a correction of a house cost, has the number after the one before it and the hash that both come to, and the last one is its head. */
final class ChainProof {
  /** A chain as the ledger says it is. */
  private record Told(int id, String writer, long epoch, @Nullable Integer follows, Hash start, @Nullable Place head) {
    String row() {
      return "chain " + id + " (" + writer + ", epoch " + epoch + ")";
    }
  }

  /** Records of one kind, in the order of their numbers. */
  private final class Source {
    private final ResultSet rows;
    private final int after;
    private final Kind kind;
    private long number;

    /** @param after the column of the number; that of the hash follows it */
    Source(ResultSet rows, int after, Kind kind) throws SQLException {
      this.rows = rows;
      this.after = after;
      this.kind = kind;
      next();
    }

    void next() throws SQLException {
      number = rows.next() ? rows.getLong(after) : Long.MAX_VALUE;
    }

    String row() throws SQLException {
      return switch (kind) {
        case ENTRY -> "entry " + rows.getLong(2) + " of " + rows.getString(1);
        case RECEIPT -> "receipt " + rows.getString(1);
        case CORRECTION -> "house correction " + rows.getString(1) + "/" + rows.getInt(2);
      };
    }

    Place place(ChainWriter places) throws SQLException, Misfit {
      return switch (kind) {
        case ENTRY -> entry(places, rows, row());
        case RECEIPT -> receipt(places, rows);
        case CORRECTION -> places.house(StoredRows.house(rows));
      };
    }

    Hash hash() throws SQLException, Misfit {
      return ChainProof.hash(rows.getBytes(after + 1), row());
    }
  }

  private enum Kind {
    ENTRY,
    RECEIPT,
    CORRECTION
  }

  private final KeptForm form;
  private final String ledger;
  private final Witness witness;
  private final Map<Integer, Hash> ends = new HashMap<>();
  private long placed;
  long chains;

  /** @param ledger its id */
  ChainProof(KeptForm form, String ledger, Witness witness) {
    this.form = form;
    this.ledger = ledger;
    this.witness = witness;
  }

  /** @param records how many entries, receipts and corrections of house costs there are */
  void read(Rows rows, long records) throws SQLException, Misfit {
    List<Told> all = new ArrayList<>();
    rows.each(form.heads(), r -> all.add(told(r)));
    for (Told chain : all) {
      chains++;
      read(rows, chain);
    }
    witness.nothingLeft();
    if (placed != records) {
      String none = " WHERE chain NOT IN (SELECT id FROM chains) ORDER BY 1, 2 LIMIT 1";
      rows.each("SELECT balance, sequence FROM entries" + none, r -> Misfit.unless(false, "entry " + r.getLong(2) + " of " + r.getString(1), "is in no chain"));
      rows.each("SELECT id, chain FROM receipts" + none, r -> Misfit.unless(false, "receipt " + r.getString(1), "is in no chain"));
      rows.each(
          "SELECT receipt, attempt FROM house_entries WHERE kind = 'Correction' AND (chain IS NULL OR chain NOT IN (SELECT id FROM chains)) ORDER BY 1, 2 LIMIT 1",
          r -> Misfit.unless(false, "house correction " + r.getString(1) + "/" + r.getInt(2), "is in no chain"));
      throw new Misfit("the chains", "have " + placed + " records, and there are " + records + " entries, receipts and house corrections");
    }
  }

  private static Told told(ResultSet r) throws SQLException, Misfit {
    int id = r.getInt(1);
    int follows = r.getInt(4);
    Integer before = r.wasNull() ? null : Integer.valueOf(follows);
    byte[] hash = r.getBytes(7);
    Place head = hash == null ? null : new Place(id, r.getLong(6), hash(hash, "chain " + id));
    return new Told(id, r.getString(2), r.getLong(3), before, hash(r.getBytes(5), "chain " + id), head);
  }

  private void read(Rows rows, Told chain) throws SQLException, Misfit {
    Hash before = null;
    if (chain.follows != null) {
      before = ends.get(chain.follows);
      Misfit.unless(before != null, chain.row(), "follows chain " + chain.follows + ", which is not there before it");
    }
    Misfit.unlessEqual(ChainWriter.start(ledger, chain.writer, chain.epoch, before), chain.start, chain.row(), "its start");
    witness.record(chain.id, chain.writer, chain.epoch, 0, chain.start, chain.row());
    Place head = chain.head;
    if (head == null) {
      throw new Misfit(chain.row(), "has no end: the row of its writer was taken away");
    }
    ChainWriter places = new ChainWriter(new Place(chain.id, 0, chain.start));
    String where = ", number, hash FROM %s WHERE chain = " + chain.id + " ORDER BY number";
    try (ResultSet e = rows.open("SELECT " + form.rows().entryColumns() + where.formatted("entries"));
        ResultSet r = rows.open("SELECT " + form.rows().receiptColumns() + where.formatted("receipts"));
        ResultSet h = rows.open("SELECT " + StoredRows.HOUSE_COLUMNS + where.formatted("house_entries"))) {
      records(
          rows, chain, places,
          List.of(new Source(e, StoredRows.AFTER_ENTRY, Kind.ENTRY), new Source(r, StoredRows.AFTER_RECEIPT, Kind.RECEIPT), new Source(h, StoredRows.AFTER_HOUSE, Kind.CORRECTION)));
    }
    Misfit.unless(places.head().number() >= head.number(), chain.row(), "ends with number " + places.head().number() + ", and " + head.number() + " was written: its last rows were taken away");
    Misfit.unlessEqual(places.head().number(), head.number(), chain.row(), "its last number");
    Misfit.unlessEqual(places.head().hash(), head.hash(), chain.row(), "its last hash");
    ends.put(chain.id, head.hash());
    placed += head.number();
  }

  private void records(Rows rows, Told chain, ChainWriter places, List<Source> sources) throws SQLException, Misfit {
    for (Source next = first(sources); next.number != Long.MAX_VALUE; next = first(sources)) {
      long expected = places.head().number() + 1;
      String row = next.row();
      Misfit.unless(next.number <= expected, row, "has number " + next.number + " of " + chain.row() + ", and the one before it is " + (expected - 1) + ": a row between them was taken away");
      Misfit.unless(next.number == expected, row, "has number " + next.number + " of " + chain.row() + ", which another row has too");
      Place place = next.place(places);
      Misfit.unlessEqual(place.hash(), next.hash(), row, "its hash");
      witness.record(chain.id, chain.writer, chain.epoch, next.number, place.hash(), row);
      rows.counted();
      next.next();
    }
  }

  private static Source first(List<Source> sources) {
    Source first = sources.getFirst();
    for (Source each : sources) {
      first = each.number < first.number ? each : first;
    }
    return first;
  }

  private Place entry(ChainWriter places, ResultSet e, String row) throws SQLException, Misfit {
    EntryRow read;
    try {
      read = form.rows().entry(e);
    } catch (IllegalStateException unreadable) {
      throw new Misfit(row, String.valueOf(unreadable.getMessage()));
    }
    return places.entry(read);
  }

  private Place receipt(ChainWriter places, ResultSet r) throws SQLException {
    ReceiptFacts read = form.rows().receipt(r);
    return places.receipt(read);
  }

  private static Hash hash(byte[] bytes, String row) throws Misfit {
    if (bytes.length != Hash.LENGTH) {
      throw new Misfit(row, "its hash is none: it has " + bytes.length + " bytes");
    }
    return Hash.of(bytes);
  }
}
