package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.ReceiptFacts;
import dev.exchequer.server.store.chain.StoredRows;
import dev.exchequer.server.store.prune.ShortReceipt;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** Every receipt against the charges in the history, read side by side: what it says was charged was posted, where and when it says, and the lines come to it. */
final class ReceiptProof {
  static final String NO_PRUNING = "its details are said to be removed, and no pruning did that";
  private static final int NANO_DIGITS = 9;

  long receipts;

  void read(Rows rows, KeptForm form) throws SQLException, Misfit {
    String charges =
        """
        SELECT e.receipt, e.attempt, e.amount, e.balance, e.sequence, e.before, e.after, q.id FROM entries e
        LEFT JOIN requests q ON q.id = e.receipt WHERE e.kind = 'Charge' AND e.receipt IS NOT NULL ORDER BY e.receipt, e.attempt
        """;
    try (ResultSet c = rows.open(charges)) {
      boolean[] more = {c.next()};
      rows.each(
          "SELECT " + form.rows().receiptColumns() + ", pruning IS NULL FROM receipts ORDER BY id",
          r -> {
            receipts++;
            String id = r.getString(1);
            while (more[0] && c.getString(1).compareTo(id) < 0) {
              running(c);
              more[0] = c.next();
            }
            JsonNode body = Rows.json(r.getString(StoredRows.BODY), "receipt " + id);
            boolean whole = r.getBytes(StoredRows.DIGEST) == null;
            Misfit.unless(whole != body.has(ShortReceipt.REMOVED), "receipt " + id, whole ? "its details are not there, and no pruning removed them" : "has details and is said to have none");
            Misfit.unless(whole == r.getBoolean(StoredRows.AFTER_RECEIPT), "receipt " + id, NO_PRUNING);
            columns(facts(r, form, id), body, whole);
            more[0] = receipt(id, body, whole, c, more[0]);
          });
      while (more[0]) {
        running(c);
        more[0] = c.next();
      }
    }
  }

  private static ReceiptFacts facts(ResultSet r, KeptForm form, String id) throws SQLException, Misfit {
    try {
      return form.rows().receipt(r);
    } catch (IllegalArgumentException e) {
      throw new Misfit("receipt " + id, "its digest is none: " + e.getMessage());
    }
  }

  /** What receipts are searched by says what they say. The end user is no more in one without its details. */
  private static void columns(ReceiptFacts columns, JsonNode body, boolean whole) throws Misfit {
    boolean same =
        columns.id().equals(body.path("id").asText()) && ReceiptJson.time(columns.timeMs()).equals(body.path("time").asText()) && columns.status().equals(body.path("status").asText())
            && columns.apiKey().equals(body.path("apiKey").asText()) && columns.project().equals(body.path("project").asText())
            && Objects.equals(columns.route(), Rows.text(body.path("route"))) && Objects.equals(columns.model(), Rows.text(body.path("requestedModel")))
            && Objects.equals(columns.task(), Rows.text(body.path("task"))) && Objects.equals(whole ? columns.endUser() : null, Rows.text(body.path("endUser")));
    Misfit.unless(same, "receipt " + columns.id(), "its columns and its body say different things");
  }

  /** A charge without a receipt is of a request that still runs. */
  private static void running(ResultSet c) throws SQLException, Misfit {
    Misfit.unless(c.getString(8) != null, "entry " + c.getLong(5) + " of " + c.getString(4), "charges the request " + c.getString(1) + ", which has no receipt and does not run");
  }

  private static boolean receipt(String id, JsonNode body, boolean whole, ResultSet c, boolean charges) throws SQLException, Misfit {
    boolean more = charges;
    Map<String, BigInteger> totals = new HashMap<>();
    int attempts = 0;
    for (JsonNode hop : body.path("hops")) {
      String row = "receipt " + id + ", hop " + hop.path("hop").asText();
      if (!hop.path("attempt").isNumber()) {
        Misfit.unless(hop.path("charge").isNull() || hop.path("charge").isMissingNode(), row, "was skipped and has a charge");
        continue;
      }
      Misfit.unlessEqual(++attempts, hop.path("attempt").asInt(), row, "its attempt");
      BigInteger charge = nanos(hop.path("charge"), row);
      if (whole) {
        lines(hop, charge, row);
      }
      if (charge.signum() == 0) {
        continue;
      }
      Rows.add(totals, hop.path("unit").asText(), charge);
      boolean posted = more && c.getString(1).equals(id) && c.getInt(2) == attempts;
      Misfit.unless(posted, row, "says that " + charge + " nano-units were charged, and no entry does");
      Misfit.unlessEqual(Rows.number(c, 3).negate(), charge, row, "its charge");
      Misfit.unlessEqual(c.getString(4), hop.path("balance").asText(), row, "its balance");
      Misfit.unlessEqual(c.getLong(5), hop.path("entry").asLong(), row, "its entry");
      Misfit.unlessEqual(Rows.number(c, 6), nanos(hop.path("balanceBefore"), row), row, "its balance before");
      Misfit.unlessEqual(Rows.number(c, 7), nanos(hop.path("balanceAfter"), row), row, "its balance after");
      more = c.next();
    }
    if (more && c.getString(1).equals(id)) {
      throw new Misfit("entry " + c.getLong(5) + " of " + c.getString(4), "charges attempt " + c.getInt(2) + " of " + id + ", of which the receipt says nothing");
    }
    Map<String, BigInteger> told = new HashMap<>();
    for (JsonNode total : body.path("totals")) {
      Rows.add(told, total.path("unit").asText(), nanos(total.path("charge"), "receipt " + id));
    }
    Misfit.unlessEqual(totals, told, "receipt " + id, "its totals");
    return more;
  }

  /** A charge is its lines times the multiplier, rounded up once to the nano-unit, or the minimum that it was raised to; one without lines is the whole hold. */
  private static void lines(JsonNode hop, BigInteger charge, String row) throws Misfit {
    if (hop.path("lines").isEmpty()) {
      Misfit.unless(charge.signum() == 0 || charge.equals(nanos(hop.path("hold"), row)), row, "has no lines and its charge is not the hold");
      return;
    }
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode line : hop.path("lines")) {
      BigDecimal quantity = new BigDecimal(line.path("quantity").asText());
      BigDecimal exact = quantity.multiply(new BigDecimal(line.path("price").asText())).divide(new BigDecimal(line.path("per").asText()));
      Misfit.unless(exact.compareTo(new BigDecimal(line.path("amount").asText())) == 0, row, "the line of " + line.path("meter").asText() + " is not quantity times price");
      sum = sum.add(exact);
    }
    BigDecimal nanos = sum.multiply(new BigDecimal(hop.path("multiplier").asText())).movePointRight(NANO_DIGITS).setScale(0, RoundingMode.CEILING);
    BigInteger raisedTo = nanos(hop.path("minimumCharge"), row);
    Misfit.unlessEqual(nanos.signum() == 0 ? BigInteger.ZERO : nanos.toBigIntegerExact().max(raisedTo), charge, row, "its charge");
  }

  private static BigInteger nanos(JsonNode amount, String row) throws Misfit {
    if (amount.isNull() || amount.isMissingNode()) {
      return BigInteger.ZERO;
    }
    try {
      return new BigDecimal(amount.asText()).movePointRight(NANO_DIGITS).toBigIntegerExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new Misfit(row, "\"" + amount.asText() + "\" is no amount of nano-units");
    }
  }
}
