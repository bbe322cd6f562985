package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** The history of every balance: each entry follows the one before, adds up, and moves lots by no more than it says. */
final class EntryProof {
  /** The lot of a balance that is older than lots. */
  static final String CARRIED = "carried";

  /** What the entries of a balance come to. */
  static final class Sum {
    long sequence;
    long timeMs;
    BigInteger posted = BigInteger.ZERO;
    final Map<String, BigInteger> lots = new HashMap<>();
  }

  final Map<String, Sum> balances = new HashMap<>();
  final GrantProof grants = new GrantProof();
  long entries;
  /** When the last of all was made. */
  long latestMs;

  private final Witness witness;

  EntryProof(Witness witness) {
    this.witness = witness;
  }

  void read(Rows rows, KeptForm form) throws SQLException, Misfit {
    String columns = "balance, sequence, time, amount, before, after, " + form.rows().allocationsIn() + ", receipt, attempt";
    rows.each("SELECT " + columns + " FROM entries ORDER BY balance, sequence", r -> entry(r, form));
    witness.noEntryLeft();
  }

  private void entry(ResultSet r, KeptForm form) throws SQLException, Misfit {
    entries++;
    String balance = r.getString(1);
    Sum sum = balances.computeIfAbsent(balance, first -> new Sum());
    String row = "entry " + r.getLong(2) + " of " + balance;
    Misfit.unless(r.getLong(2) == sum.sequence + 1, row, "the one before it is " + sum.sequence);
    Misfit.unless(r.getLong(3) >= sum.timeMs, row, "is earlier than the one before it");
    BigInteger amount = Rows.number(r, 4);
    Misfit.unlessEqual(sum.posted, Rows.number(r, 5), row, "its before");
    Misfit.unlessEqual(sum.posted.add(amount), Rows.number(r, 6), row, "its after");
    sum.sequence++;
    sum.timeMs = r.getLong(3);
    latestMs = Math.max(latestMs, sum.timeMs);
    sum.posted = sum.posted.add(amount);
    witness.entry(balance, sum.sequence, sum.posted, row);
    String allocations = r.getString(7);
    if (allocations != null) {
      JsonNode stored = Rows.json(allocations, row);
      if (form.whole()) {
        whole(stored, r, row);
      }
      lots(sum, amount, Rows.allocations(stored.at(form.allocationsPath())), row);
    }
  }

  /** Of an entry that is stored whole beside its columns. */
  private static void whole(JsonNode body, ResultSet r, String row) throws SQLException, Misfit {
    boolean same =
        body.path("balance").asText().equals(r.getString(1)) && body.path("sequence").asLong() == r.getLong(2) && body.path("timeMs").asLong() == r.getLong(3)
            && body.path("amount").asLong() == r.getLong(4) && body.path("before").asLong() == r.getLong(5) && body.path("after").asLong() == r.getLong(6)
            && Objects.equals(Rows.text(body.path("receipt")), r.getString(8)) && body.path("attempt").asInt() == r.getInt(9);
    Misfit.unless(same, row, "its columns and its body say different things");
  }

  private void lots(Sum sum, BigInteger amount, Map<String, BigInteger> allocations, String row) throws Misfit {
    BigInteger moved = BigInteger.ZERO;
    for (Map.Entry<String, BigInteger> each : allocations.entrySet()) {
      moved = moved.add(each.getValue());
      Rows.add(sum.lots, each.getKey(), each.getValue());
      grants.named(each.getKey());
      if (each.getKey().equals(CARRIED)) {
        continue; // what it had is in no entry
      }
      BigInteger left = sum.lots.getOrDefault(each.getKey(), BigInteger.ZERO);
      Misfit.unless(left.signum() >= 0, row, "takes more of grant " + each.getKey() + " than was left of it");
    }
    boolean within = amount.signum() == 0 ? moved.signum() <= 0 : moved.signum() * amount.signum() >= 0 && moved.abs().compareTo(amount.abs()) <= 0;
    Misfit.unless(within, row, "its allocations come to " + moved + ", its amount is " + amount);
  }
}
