package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.cli.reconcile.Comparison;
import dev.exchequer.cli.reconcile.Comparison.Pair;
import dev.exchequer.cli.reconcile.Comparison.Row;
import dev.exchequer.cli.reconcile.Proposal;
import dev.exchequer.cli.reconcile.Quantity;
import dev.exchequer.money.Money;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How an invoice and the receipts compare, for people and as JSON. */
final class ReconcileText {
  private final Comparison comparison;
  private final List<Proposal> proposals;
  private final @Nullable String unit;
  private final boolean houseCost;

  /**
   * @param unit of costs and charges, null = none are compared
   * @param houseCost costs were compared with what providers bill
   */
  ReconcileText(Comparison comparison, List<Proposal> proposals, @Nullable String unit, boolean houseCost) {
    this.houseCost = houseCost;
    this.comparison = comparison;
    this.proposals = proposals;
    this.unit = unit;
  }

  /** A line for each value that differs; what agrees is only counted. */
  String table() {
    Table table = new Table(List.of("DAY", "MODEL", "WHAT", "INVOICE", "RECEIPTS", "DIFFERENCE", "NOTE"), Set.of("INVOICE", "RECEIPTS", "DIFFERENCE"));
    for (Row row : comparison.rows()) {
      row.differing().forEach(quantity -> line(table, row.place().day().toString(), row.place().model(), quantity, row.pairs(), note(row)));
    }
    for (Comparison.Total total : comparison.totals()) {
      total.differing().forEach(quantity -> line(table, "all", total.model(), quantity, total.pairs(), ""));
    }
    long agreeing = comparison.rows().stream().filter(row -> row.differing().isEmpty()).count();
    String counts = "%d of %d days and models agree.%n".formatted(agreeing, comparison.rows().size());
    return (table.isEmpty() ? "" : table.render() + "\n") + counts + otherUnits() + proposed();
  }

  private void line(Table table, String day, String model, Quantity quantity, Map<Quantity, Pair> pairs, String note) {
    Pair pair = pairs.get(quantity);
    if (pair != null) {
      String what = quantity == Quantity.COST ? quantity.text() + " " + unit : quantity.text();
      String sign = pair.difference().signum() > 0 ? "+" : "";
      table.row(day, model, what.toUpperCase(Locale.ROOT), Money.text(pair.theirs()), Money.text(pair.ours()), sign + Money.text(pair.difference()), note);
    }
  }

  private static String note(Row row) {
    String estimated = row.estimated() == 0 ? "" : row.estimated() + " estimated";
    return switch (row.side()) {
      case BOTH -> estimated;
      case INVOICE_ONLY -> "no receipt";
      case RECEIPTS_ONLY -> estimated.isEmpty() ? "not on the invoice" : "not on the invoice, " + estimated;
    };
  }

  private String otherUnits() {
    Set<String> units = new TreeSet<>();
    comparison.totals().stream().map(Comparison.Total::ours).forEach(ours -> units.addAll(ours == null ? Set.of() : ours.otherUnits()));
    return unit == null || units.isEmpty() ? "" : "%s in other units were not compared: %s.%n".formatted(houseCost ? "Costs" : "Charges", String.join(", ", units));
  }

  private String proposed() {
    if (proposals.isEmpty()) {
      return "";
    }
    Table table = new Table(List.of("BALANCE", "MODEL", "ADJUSTMENT", "IDEMPOTENCY KEY"), Set.of("ADJUSTMENT"));
    proposals.forEach(p -> table.row(p.balance(), p.model(), (p.amount().signum() > 0 ? "+" : "") + Money.text(p.amount()) + " " + unit, p.idempotencyKey()));
    return "\nProposed, not made (above 0 is given back; -o json has them as the body of an adjustment):\n" + table.render();
  }

  ObjectNode json() {
    ObjectNode json = AdminClient.JSON.createObjectNode().put("agrees", comparison.agrees());
    ArrayNode rows = json.putArray("rows");
    for (Row row : comparison.rows()) {
      ObjectNode item = rows.addObject().put("day", row.place().day().toString()).put("model", row.place().model());
      item.put("side", row.side().name().toLowerCase(Locale.ROOT)).put("estimated", row.estimated());
      pairs(item, row.pairs(), row.differing());
    }
    ArrayNode totals = json.putArray("totals");
    comparison.totals().forEach(total -> pairs(totals.addObject().put("model", total.model()), total.pairs(), total.differing()));
    ArrayNode list = json.putArray("proposals");
    for (Proposal proposal : proposals) {
      list.addObject().put("balance", proposal.balance()).put("model", proposal.model()).put("unit", unit).put("amount", proposal.amount().setScale(9).toPlainString())
          .put("reason", "invoice: " + proposal.model()).put("idempotencyKey", proposal.idempotencyKey());
    }
    return json;
  }

  private static void pairs(ObjectNode item, Map<Quantity, Pair> pairs, Set<Quantity> differing) {
    ArrayNode values = item.putArray("values");
    pairs.forEach(
        (quantity, pair) ->
            values.addObject().put("what", quantity.text()).put("invoice", plain(pair.theirs())).put("receipts", plain(pair.ours()))
                .put("difference", plain(pair.difference())).put("differs", differing.contains(quantity)));
  }

  private static String plain(BigDecimal value) {
    return Money.text(value);
  }
}
