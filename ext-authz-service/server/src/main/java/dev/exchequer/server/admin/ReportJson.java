package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.summary.Dimension;
import dev.exchequer.server.summary.Statement;
import dev.exchequer.server.summary.UsageReport;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;

/** The JSON of reports. */
final class ReportJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int DECIMALS = 9;

  private ReportJson() {}

  /** @param refusals that have no receipt, and so are in no row */
  static ObjectNode usage(UsageReport.Query query, List<UsageReport.Row> rows, long refusals) {
    ObjectNode json = NODES.objectNode();
    json.put("from", ReceiptJson.time(query.fromMs())).put("to", ReceiptJson.time(query.toMs())).put("timeZone", query.zone().getId());
    json.put("granularity", query.granularity().text());
    ArrayNode groupBy = json.putArray("groupBy");
    query.groupBy().stream().map(Dimension::text).forEach(groupBy::add);
    ArrayNode items = json.putArray("items");
    rows.forEach(row -> items.add(row(query, row)));
    return json.put("refusalsWithoutReceipt", refusals);
  }

  private static ObjectNode row(UsageReport.Query query, UsageReport.Row row) {
    ObjectNode json = NODES.objectNode();
    json.put("period", row.period()).put("start", ReceiptJson.time(row.startMs())).put("end", ReceiptJson.time(row.endMs()));
    for (int i = 0; i < query.groupBy().size(); i++) {
      json.put(query.groupBy().get(i).text(), row.group().get(i));
    }
    json.put("requests", row.sum().requests()).put("attempts", row.sum().attempts()).put("withUsage", row.sum().measured());
    ObjectNode meters = json.putObject("meters");
    row.sum().meters().forEach(meters::put);
    ArrayNode charges = json.putArray("charges");
    row.sum().charges().forEach((unit, nanos) -> charges.addObject().put("unit", unit).put("charge", amount(nanos)));
    ArrayNode costs = json.putArray("costs");
    row.sum().costs().forEach((unit, nanos) -> costs.addObject().put("unit", unit).put("cost", amount(nanos)));
    ArrayNode margins = json.putArray("margins");
    row.sum().margins().forEach((unit, nanos) -> margins.addObject().put("unit", unit).put("margin", amount(nanos)));
    json.put("costUnknown", row.sum().costUnknown());
    BigDecimal share = row.sum().estimatedShare();
    return json.put("estimated", row.sum().estimated()).put("estimatedShare", share == null ? null : share.toPlainString());
  }

  /** @param complete whether the month is over: nothing comes to it any more */
  static ObjectNode statement(Statement statement, boolean complete) {
    ObjectNode json = NODES.objectNode();
    json.put("balance", statement.balance().toString()).put("unit", statement.unit()).put("month", statement.month().toString());
    json.put("timeZone", statement.zone().getId()).put("from", ReceiptJson.time(statement.fromMs())).put("to", ReceiptJson.time(statement.toMs()));
    json.put("complete", complete).put("opening", Money.decimal(statement.opening())).put("closing", Money.decimal(statement.closing()));
    if (statement.firstSequence() == 0) {
      json.putNull("firstEntry").putNull("lastEntry");
    } else {
      json.put("firstEntry", statement.firstSequence()).put("lastEntry", statement.lastSequence());
    }
    ArrayNode kinds = json.putArray("kinds");
    statement.kinds().forEach(kind -> kinds.addObject().put("kind", kind.kind()).put("entries", kind.entries()).put("amount", amount(kind.amount())));
    ArrayNode requests = json.putArray("requests");
    statement.requests().forEach(of -> requests.addObject().put("key", of.apiKey()).put("model", of.model()).put("entries", of.entries()).put("amount", amount(of.amount())));
    return json;
  }

  /** Sums may be larger than one amount can be. */
  private static String amount(BigInteger nanos) {
    return new BigDecimal(nanos, DECIMALS).toPlainString();
  }
}
