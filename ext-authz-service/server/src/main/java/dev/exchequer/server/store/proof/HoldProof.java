package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Every hold against the entries of its attempt, read side by side; and what all of them come to for balances and budgets. */
final class HoldProof {
  /** Of active holds, by balance; by balance and grant. */
  final Map<String, BigInteger> held = new HashMap<>();

  final Map<String, Map<String, BigInteger>> reserved = new HashMap<>();
  /** By bucket, as {@link #bucket}. */
  final Map<String, BigInteger> bucketHeld = new HashMap<>();

  final Map<String, BigInteger> bucketSpent = new HashMap<>();
  long holds;

  void read(Rows rows) throws SQLException, Misfit {
    String entries = "SELECT receipt, attempt, kind, amount, balance, sequence FROM entries WHERE receipt IS NOT NULL ORDER BY receipt, attempt, sequence";
    try (ResultSet e = rows.open(entries)) {
      boolean[] more = {e.next()};
      rows.each(
          "SELECT request, attempt, state, body FROM holds ORDER BY request, attempt",
          r -> {
            JsonNode body = Rows.json(r.getString(4), row(r.getString(1), r.getInt(2)));
            Misfit.unlessEqual(body.path("state").asText(), r.getString(3), row(r.getString(1), r.getInt(2)), "its state");
            more[0] = hold(r.getString(1), r.getInt(2), r.getString(3).equals("ACTIVE"), body, e, more[0]);
          });
      Misfit.unless(!more[0], more[0] ? entry(e) : "", "is of an attempt that was never held");
    }
  }

  private static String row(String request, int attempt) {
    return "hold " + request + "/" + attempt;
  }

  private static String entry(ResultSet e) throws SQLException {
    return "entry " + e.getLong(6) + " of " + e.getString(5);
  }

  private static int compare(ResultSet e, String request, int attempt) throws SQLException {
    int byRequest = e.getString(1).compareTo(request);
    return byRequest != 0 ? byRequest : Integer.compare(e.getInt(2), attempt);
  }

  private boolean hold(String request, int attempt, boolean active, JsonNode body, ResultSet e, boolean entries) throws SQLException, Misfit {
    holds++;
    String row = row(request, attempt);
    String balance = Rows.text(body.path("balance"));
    BigInteger charged = BigInteger.ZERO;
    BigInteger refunded = BigInteger.ZERO;
    BigInteger writtenOff = BigInteger.ZERO;
    boolean more = entries;
    Misfit.unless(!more || compare(e, request, attempt) >= 0, more ? entry(e) : "", "is of an attempt that was never held");
    while (more && compare(e, request, attempt) == 0) {
      Misfit.unless(e.getString(5).equals(balance), entry(e), "is of a hold on " + balance);
      Misfit.unless(!active, entry(e), "is of an attempt that has not ended");
      BigInteger amount = Rows.number(e, 4);
      switch (e.getString(3)) {
        case "Charge", "Correction" -> charged = charged.subtract(amount);
        case "Refund" -> refunded = refunded.add(amount);
        case "Adjustment" -> writtenOff = writtenOff.add(amount);
        default -> throw new Misfit(entry(e), "a " + e.getString(3) + " is of no attempt");
      }
      more = e.next();
    }
    JsonNode payment = body.path("payment");
    Misfit.unlessEqual(charged, Rows.number(body.path("charged")), row, "its charge");
    Misfit.unlessEqual(refunded, Rows.number(payment.path("refunded")), row, "what it was refunded");
    Misfit.unlessEqual(writtenOff, Rows.number(payment.path("writtenOff")), row, "what was written off of it");
    Misfit.unless(refunded.compareTo(charged.max(BigInteger.ZERO)) <= 0, row, "more was refunded than charged");
    count(active, body, balance, active ? Rows.number(body.path("quote").path("amountNanos")) : charged.subtract(writtenOff));
    return more;
  }

  private void count(boolean active, JsonNode body, @Nullable String balance, BigInteger amount) {
    if (active && balance != null) {
      Rows.add(held, balance, amount);
      Map<String, BigInteger> lots = reserved.computeIfAbsent(balance, first -> new HashMap<>());
      Rows.allocations(body.path("payment").path("allocations")).forEach((grant, nanos) -> Rows.add(lots, grant, nanos));
    }
    for (JsonNode key : body.path("buckets")) {
      String bucket = bucket(key.path("budget").asText(), key.path("value").asText(), key.path("unit").asText(), key.path("windowStartMs").asLong());
      Rows.add(active ? bucketHeld : bucketSpent, bucket, amount);
    }
  }

  static String bucket(String budget, String value, String unit, long windowStartMs) {
    return "budget " + budget + (value.isEmpty() ? "" : " for \"" + value + "\"") + " in " + unit + " from " + windowStartMs;
  }
}
