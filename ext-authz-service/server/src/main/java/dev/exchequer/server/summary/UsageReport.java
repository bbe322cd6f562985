package dev.exchequer.server.summary;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.Later;
import dev.exchequer.server.store.LedgerHistory.ReceiptRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Usage: tokens, requests and charges by what and when. Read from receipts by the time of their request, with what was posted to them later, so a correction
 * counts where its request counts. Sums are exact.
 */
public final class UsageReport {
  /** More rows than anybody reads: an answer of some ten megabytes. */
  public static final int MOST_ROWS = 20_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Query query;
  private final Periods periods;
  private final Map<Key, UsageSum> sums = new HashMap<>();

  /**
   * @param groupBy in the order of the rows
   * @param fromMs milliseconds since the epoch, inclusive
   * @param toMs exclusive
   */
  public record Query(List<Dimension> groupBy, Granularity granularity, ZoneId zone, long fromMs, long toMs) {
    public Query {
      groupBy = List.copyOf(groupBy);
    }
  }

  /** There would be more than {@link #MOST_ROWS} rows. */
  public static final class TooManyRows extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooManyRows() {
      super("more than " + MOST_ROWS + " rows: ask for less time, longer periods or fewer groups");
    }
  }

  /**
   * @param period as people write it, null for the whole time
   * @param group a value for each thing that the query groups by; null = has none
   */
  public record Row(long startMs, long endMs, @Nullable String period, List<@Nullable String> group, UsageSum sum) {}

  private record Key(Periods.Period period, List<@Nullable String> group) {}

  private UsageReport(Query query) {
    this.query = query;
    this.periods = new Periods(query.granularity, query.zone, query.fromMs, query.toMs);
  }

  /**
   * By time, then by group.
   *
   * @throws TooManyRows rather than leave any out
   */
  public static List<Row> of(LedgerHistory history, Query query) {
    UsageReport report = new UsageReport(query);
    history.receipts(query.fromMs, query.toMs, report::add);
    return report.rows();
  }

  private void add(ReceiptRow row) {
    JsonNode receipt = parsed(row);
    Set<UsageSum> touched = new HashSet<>();
    Set<Integer> corrected = new HashSet<>();
    Map<Integer, JsonNode> hops = new HashMap<>();
    Map<Integer, String> costUnits = costUnits(row, receipt);
    row.later().stream().filter(later -> later.kind().equals("Correction") && later.attempt() != null).forEach(later -> corrected.add(later.attempt()));
    for (JsonNode hop : receipt.path("hops")) {
      if (hop.path("attempt").isInt()) {
        int attempt = hop.path("attempt").asInt();
        hops.put(attempt, hop);
        UsageSum sum = sum(row, receipt, hop);
        touched.add(sum);
        sum.attempt(hop, corrected.contains(attempt), costUnits.get(attempt));
      }
    }
    for (Later later : row.later()) {
      JsonNode hop = later.attempt() == null ? null : hops.get(later.attempt());
      UsageSum sum = sum(row, receipt, hop == null ? MissingNode.getInstance() : hop);
      touched.add(sum);
      if (later.kind().equals(Later.HOUSE)) {
        sum.cost(later.unit(), BigInteger.valueOf(later.amount()));
      } else {
        sum.charge(later.unit(), BigInteger.valueOf(later.amount()).negate(), later.attempt() == null ? null : costUnits.get(later.attempt()));
      }
    }
    if (touched.isEmpty()) {
      touched.add(sum(row, receipt, MissingNode.getInstance()));
    }
    touched.forEach(UsageSum::request);
  }

  /** In which unit the house is billed for an attempt, where that is known. */
  private static Map<Integer, String> costUnits(ReceiptRow row, JsonNode receipt) {
    Map<Integer, String> units = new HashMap<>();
    for (JsonNode hop : receipt.path("hops")) {
      if (hop.at("/houseCost/amount").isTextual()) {
        units.put(hop.path("attempt").asInt(), hop.at("/houseCost/unit").asText());
      }
    }
    row.later().stream().filter(later -> later.kind().equals(Later.HOUSE) && later.attempt() != null).forEach(later -> units.put(later.attempt(), later.unit()));
    return units;
  }

  private UsageSum sum(ReceiptRow row, JsonNode receipt, JsonNode hop) {
    List<@Nullable String> group = new ArrayList<>(query.groupBy.size());
    query.groupBy.forEach(dimension -> group.add(dimension.of(receipt, hop)));
    UsageSum sum = sums.computeIfAbsent(new Key(periods.at(row.timeMs()), group), key -> new UsageSum());
    if (sums.size() > MOST_ROWS) {
      throw new TooManyRows();
    }
    return sum;
  }

  private static JsonNode parsed(ReceiptRow row) {
    try {
      return JSON.readTree(row.body());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("receipt " + row.id() + " is not JSON", e);
    }
  }

  private List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    sums.forEach((key, sum) -> rows.add(new Row(key.period.startMs(), key.period.endMs(), key.period.label(), key.group, sum)));
    rows.sort(Comparator.comparingLong(Row::startMs).thenComparing(Row::group, UsageReport::compare));
    return rows;
  }

  private static int compare(List<@Nullable String> a, List<@Nullable String> b) {
    Comparator<@Nullable String> byText = Comparator.nullsFirst(Comparator.naturalOrder());
    for (int i = 0; i < a.size(); i++) {
      int order = byText.compare(a.get(i), b.get(i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  /** An amount of the JSON in nano-units. */
  static BigInteger nanos(JsonNode amount) {
    return new BigDecimal(amount.asText()).movePointRight(9).toBigIntegerExact();
  }
}
