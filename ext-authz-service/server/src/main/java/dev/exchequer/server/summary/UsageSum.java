package dev.exchequer.server.summary;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One row of a usage report. */
public final class UsageSum {
  private static final int SHARE_DECIMALS = 4;

  private final SortedMap<String, BigInteger> meters = new TreeMap<>();
  private final SortedMap<String, BigInteger> charges = new TreeMap<>();
  private long requests;
  private long attempts;
  private long measured;
  private long estimated;

  /** An attempt as the receipt has it; what was posted to it later is told by {@link #charge}. */
  void attempt(JsonNode hop, boolean corrected) {
    attempts++;
    JsonNode usage = hop.path("usage");
    usage.path("meters").fields().forEachRemaining(meter -> meters.merge(meter.getKey(), meter.getValue().bigIntegerValue(), BigInteger::add));
    String source = usage.path("source").asText("None");
    if (!source.equals("None")) {
      measured++;
      estimated += source.equals("Estimated") && !corrected ? 1 : 0;
    }
    if (hop.path("charge").isTextual() && hop.path("unit").isTextual()) {
      charge(hop.path("unit").asText(), UsageReport.nanos(hop.path("charge")));
    }
  }

  void charge(String unit, BigInteger nanos) {
    charges.merge(unit, nanos, BigInteger::add);
  }

  void request() {
    requests++;
  }

  /** Requests with anything in this row: one that was tried at two hops is in the rows of both. */
  public long requests() {
    return requests;
  }

  /** Hops that were tried. */
  public long attempts() {
    return attempts;
  }

  /** Of these, those with usage, reported or estimated. */
  public long measured() {
    return measured;
  }

  /** Attempts whose usage was estimated, and for which nothing better came. */
  public long estimated() {
    return estimated;
  }

  /** Of the attempts with usage, four decimals; null where there is none. */
  public @Nullable BigDecimal estimatedShare() {
    return measured == 0 ? null : BigDecimal.valueOf(estimated).divide(BigDecimal.valueOf(measured), SHARE_DECIMALS, RoundingMode.HALF_UP);
  }

  /** Quantities by meter, as the receipts have them. */
  public SortedMap<String, BigInteger> meters() {
    return Collections.unmodifiableSortedMap(meters);
  }

  /** Nano-units by unit, corrections and refunds included. */
  public SortedMap<String, BigInteger> charges() {
    return Collections.unmodifiableSortedMap(charges);
  }
}
