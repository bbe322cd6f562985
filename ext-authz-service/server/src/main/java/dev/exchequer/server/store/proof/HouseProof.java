package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What providers bill the house: every cost against its hold and its receipt, and the accounts against the entries. An attempt's entries come to the cost of its hold; the
 * first of them, or nothing, is what the receipt says, to the sheet while it has its details; of an attempt without a receipt the request still runs. An account is the sum
 * and the number of its entries. Corrections are records of the chains ({@link ChainProof}).
 */
final class HouseProof {
  private static final int NANO_DIGITS = 9;
  private static final BigInteger NANOS_PER_UNIT = BigInteger.valueOf(1_000_000_000L);

  private record Account(BigInteger nanos, long entries) {
    static final Account NONE = new Account(BigInteger.ZERO, 0);
  }

  private final Map<String, Account> accounts = new HashMap<>();
  long corrections;

  void read(Rows rows) throws SQLException, Misfit {
    rows.each(
        "SELECT stripe, provider, unit, sum(amount / 1000000000), sum(amount % 1000000000), count(*) FROM house_entries GROUP BY 1, 2, 3",
        r -> accounts.put(key(r), new Account(Rows.number(r, 4).multiply(NANOS_PER_UNIT).add(Rows.number(r, 5)), r.getLong(6))));
    rows.each(
        "SELECT stripe, provider, unit, units, nanos, entries FROM house_accounts ORDER BY 1, 2, 3",
        r -> {
          Account account = accounts.remove(key(r));
          Account known = account == null ? Account.NONE : account;
          Misfit.unlessEqual(known.nanos, Rows.number(r, 4).multiply(NANOS_PER_UNIT).add(Rows.number(r, 5)), "house account " + key(r), "its sum");
          Misfit.unlessEqual(known.entries, r.getLong(6), "house account " + key(r), "its number of entries");
        });
    for (String key : accounts.keySet()) {
      throw new Misfit("house account " + key, "has entries and is not there");
    }
    rows.each(
        """
        SELECT e.receipt, e.attempt, sum(e.amount), h.body FROM house_entries e LEFT JOIN holds h ON h.request = e.receipt AND h.attempt = e.attempt
        GROUP BY e.receipt, e.attempt, h.body ORDER BY e.receipt, e.attempt
        """,
        r -> {
          String row = "hold " + r.getString(1) + "/" + r.getInt(2);
          String body = r.getString(4);
          Misfit.unless(body != null, row, "is billed by a house entry and is not there");
          Misfit.unlessEqual(Rows.number(r, 3), cost(body, row), row, "its house cost");
        });
    rows.each(
        """
        SELECT h.request, h.attempt, h.body FROM holds h WHERE h.body LIKE '%"cost":{%'
        AND NOT EXISTS (SELECT 1 FROM house_entries e WHERE e.receipt = h.request AND e.attempt = h.attempt)
        """,
        r -> {
          String row = "hold " + r.getString(1) + "/" + r.getInt(2);
          Misfit.unless(cost(r.getString(3), row).signum() == 0, row, "has a house cost and no house entry");
        });
    rows.each(
        """
        SELECT e.receipt, e.attempt FROM house_entries e WHERE NOT EXISTS (SELECT 1 FROM receipts r WHERE r.id = e.receipt)
        AND NOT EXISTS (SELECT 1 FROM requests q WHERE q.id = e.receipt) ORDER BY e.receipt, e.attempt LIMIT 1
        """,
        r -> Misfit.unless(false, "house entry " + r.getString(1) + "/" + r.getInt(2), "is of a request which has no receipt and does not run"));
    rows.each("SELECT count(*) FROM house_entries WHERE kind = 'Correction'", r -> corrections = r.getLong(1));
    receipts(rows);
  }

  private static BigInteger cost(String hold, String row) throws Misfit {
    return Rows.number(Rows.json(hold, row).path("cost").path("amountNanos"));
  }

  /** A row for each cost of a receipt, or one without. */
  private static void receipts(Rows rows) throws SQLException, Misfit {
    @Nullable Receipt[] last = {null};
    rows.each(
        """
        SELECT r.id, r.body, r.digest, e.attempt, e.amount, e.provider, e.unit, e.sheet, e.digest FROM receipts r LEFT JOIN house_entries e ON e.receipt = r.id AND e.kind = 'Cost'
        WHERE e.attempt IS NOT NULL OR r.body LIKE '%"houseCost":{%' ORDER BY r.id, e.attempt
        """,
        r -> {
          if (last[0] == null || !last[0].id.equals(r.getString(1))) {
            told(last[0]);
            last[0] = new Receipt(r.getString(1), r.getString(2), r.getBytes(3) == null, new HashMap<>());
          }
          int attempt = r.getInt(4);
          if (!r.wasNull()) {
            last[0].posted.put(attempt, new Cost(Rows.number(r, 5), r.getString(6), r.getString(7), r.getString(8), r.getString(9)));
          }
        });
    told(last[0]);
  }

  private record Cost(BigInteger amount, String provider, String unit, String sheet, String digest) {}

  /** @param posted what its attempts cost, by attempt */
  private record Receipt(String id, String body, boolean whole, Map<Integer, Cost> posted) {}

  private static void told(@Nullable Receipt receipt) throws Misfit {
    if (receipt == null) {
      return;
    }
    Map<Integer, Cost> posted = new HashMap<>(receipt.posted);
    for (JsonNode hop : Rows.json(receipt.body, "receipt " + receipt.id).path("hops")) {
      if (hop.path("attempt").isNumber()) {
        JsonNode cost = hop.path("houseCost");
        JsonNode amount = cost.path("amount");
        String row = "receipt " + receipt.id + ", hop " + hop.path("hop").asText();
        BigInteger told = amount.isTextual() ? new BigDecimal(amount.asText()).movePointRight(NANO_DIGITS).toBigInteger() : BigInteger.ZERO;
        Cost entry = posted.remove(hop.path("attempt").asInt());
        Misfit.unlessEqual(entry == null ? BigInteger.ZERO : entry.amount, told, row, "its house cost");
        if (entry != null) {
          same(entry, hop, receipt.whole, row);
        }
      }
    }
    Misfit.unless(posted.isEmpty(), "receipt " + receipt.id, "says nothing of an attempt that has a house entry");
  }

  /** Whom the house owes it, and by which sheet: that stands on the receipt, which is in its chain. */
  private static void same(Cost entry, JsonNode hop, boolean whole, String row) throws Misfit {
    Misfit.unlessEqual(entry.provider, hop.path("provider").asText(), row, "who bills its house cost");
    Misfit.unlessEqual(entry.unit, hop.path("houseCost").path("unit").asText(), row, "the unit of its house cost");
    if (whole) {
      Misfit.unlessEqual(entry.sheet, hop.path("houseCost").path("sheet").asText(), row, "the sheet of its house cost");
      Misfit.unlessEqual(entry.digest, hop.path("houseCost").path("digest").asText(), row, "the digest of its house cost");
    }
  }

  private static String key(ResultSet r) throws SQLException {
    return r.getString(1) + ", " + r.getString(2) + ", " + r.getString(3);
  }
}
