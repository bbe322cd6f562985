package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What keeps a grant, and a command of people, from being made twice: its row. Every grant that entries name has one, each row says what its entry says, and what is left of a grant has
 * the terms on which it was made. A row that is taken away would have the grant made again at the next start.
 */
final class GrantProof {
  /** Of the ids of what is remembered by a row; others (what a correction gives back) are not. */
  private static final List<String> REMEMBERED = List.of("initial/", "recurring/", "admin/");

  private final Set<String> expected = new HashSet<>();
  private final Map<String, JsonNode> terms = new HashMap<>();

  /** @param grant that an entry allocated to or took from */
  void named(String grant) {
    if (REMEMBERED.stream().anyMatch(grant::startsWith)) {
      expected.add(grant);
    }
  }

  /** After the entries. */
  void read(Rows rows, KeptForm form) throws SQLException, Misfit {
    rows.each(
        "SELECT name, " + form.purseIn() + " FROM accounts ORDER BY name",
        r -> {
          String purse = r.getString(2);
          if (purse != null) {
            Rows.json(purse, "balance " + r.getString(1)).at(form.pursePath()).path("lots").forEach(lot -> terms.put(lot.path("grant").asText(), lot.path("terms")));
          }
        });
    rows.each(
        "SELECT g.key, g.balance, g.sequence, g.before, g.after, g.terms, e.before, e.after FROM grants g "
            + "LEFT JOIN entries e ON e.balance = g.balance AND e.sequence = g.sequence ORDER BY g.key",
        r -> grant(r, form));
    for (String grant : expected) {
      throw new Misfit("grant " + grant, "is in entries, and the row that keeps it from being made again is not there");
    }
  }

  private void grant(ResultSet r, KeptForm form) throws SQLException, Misfit {
    String key = Objects.requireNonNull(form.rows().given().apply(r.getString(1)));
    String row = "grant " + key;
    expected.remove(key);
    if (r.getLong(3) != 0) {
      // what was only put on the list, to start later, changed nothing: its entry is the one before it
      BigInteger before = r.getLong(4) == r.getLong(5) ? Rows.number(r, 8) : Rows.number(r, 7);
      boolean same = r.getObject(8) != null && Rows.number(r, 5).equals(Rows.number(r, 8)) && Rows.number(r, 4).equals(before);
      Misfit.unless(same, row, "says other sums than entry " + r.getLong(3) + " of " + r.getString(2));
    }
    JsonNode left = terms.get(key);
    if (left != null) {
      String made = r.getString(6);
      Misfit.unlessEqual(made == null ? List.of(false, 50, 0L, 0L) : terms(Rows.json(made, row)), terms(left), row, "the terms of what is left of it");
    }
  }

  private static List<Object> terms(JsonNode terms) {
    return List.of(terms.path("promotional").asBoolean(), terms.path("priority").asInt(), terms.path("startsAtMs").asLong(), terms.path("expiresAtMs").asLong());
  }
}
