package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Provider.UsageTrust;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is believed of a report of usage, by the provider's `usageTrust`; docs/design/prices.md. Nothing ever makes a report say less than 0 or more than it says.
 *
 * @param usage what may be charged; {@link Usage#NOTHING} where the report is only noted
 * @param doubt what was not believed, for people; null = all of it was
 */
public record Believed(Usage usage, @Nullable String doubt) {

  /**
   * @param reported as the provider said it, normalised
   * @param bounds what the request has room for
   */
  public static Believed of(Usage reported, UsageTrust trust, Bounds bounds) {
    if (!reported.reported()) {
      return new Believed(reported, null);
    }
    return switch (trust) {
      case FULL -> new Believed(reported, null);
      case BOUNDED -> bounded(reported, bounds);
      case ESTIMATE -> new Believed(Usage.NOTHING, "the provider reported " + text(reported) + " (usageTrust Estimate)");
    };
  }

  private static Believed bounded(Usage reported, Bounds bounds) {
    Map<Meter, Long> meters = new EnumMap<>(Meter.class);
    meters.putAll(reported.meters());
    List<String> room = new ArrayList<>(3);
    if (scale(meters, Meter::input, Meter.INPUT, bounds.input())) {
      room.add(bounds.input() + " input tokens");
    }
    if (scale(meters, Meter::output, Meter.OUTPUT, bounds.output())) {
      room.add(bounds.output() + " output tokens");
    }
    if (bounds.toolCalls() != null && scale(meters, meter -> meter == Meter.TOOL_CALL, Meter.TOOL_CALL, bounds.toolCalls())) {
      room.add(bounds.toolCalls() + " tool calls");
    }
    return room.isEmpty()
        ? new Believed(reported, null)
        : new Believed(
            new Usage(meters, reported.source()), "the provider reported " + text(reported) + ", the request has room for " + String.join(" and ", room) + " (usageTrust Bounded)");
  }

  /** Keeps the mix of one direction and brings its sum down to the bound; what the divisions leave over is counted plainly. */
  private static boolean scale(Map<Meter, Long> meters, Predicate<Meter> direction, Meter plain, long bound) {
    BigInteger sum = BigInteger.ZERO;
    for (Map.Entry<Meter, Long> meter : meters.entrySet()) {
      sum = direction.test(meter.getKey()) ? sum.add(BigInteger.valueOf(meter.getValue())) : sum;
    }
    BigInteger most = BigInteger.valueOf(bound);
    if (sum.compareTo(most) <= 0) {
      return false;
    }
    long left = bound;
    for (Meter meter : Meter.values()) {
      if (direction.test(meter) && meters.containsKey(meter)) {
        long share = BigInteger.valueOf(Objects.requireNonNull(meters.get(meter))).multiply(most).divide(sum).longValueExact();
        meters.put(meter, share);
        left -= share;
      }
    }
    meters.merge(plain, left, Long::sum);
    return true;
  }

  private static String text(Usage usage) {
    Map<String, Long> meters = new TreeMap<>();
    usage.meters().forEach((meter, quantity) -> meters.put(meter.text(), quantity));
    return meters.toString();
  }
}
