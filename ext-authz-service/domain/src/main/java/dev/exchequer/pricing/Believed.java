package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Provider.UsageTrust;
import java.math.BigInteger;
import java.util.EnumMap;
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
   * @param inputBound tokens that the input cannot exceed
   * @param outputBound tokens that all outputs together cannot exceed
   */
  public static Believed of(Usage reported, UsageTrust trust, long inputBound, long outputBound) {
    if (!reported.reported()) {
      return new Believed(reported, null);
    }
    return switch (trust) {
      case FULL -> new Believed(reported, null);
      case BOUNDED -> bounded(reported, inputBound, outputBound);
      case ESTIMATE -> new Believed(Usage.NOTHING, "the provider reported " + text(reported) + " (usageTrust Estimate)");
    };
  }

  private static Believed bounded(Usage reported, long inputBound, long outputBound) {
    Map<Meter, Long> meters = new EnumMap<>(Meter.class);
    meters.putAll(reported.meters());
    boolean lessInput = scale(meters, Meter::input, Meter.INPUT, inputBound);
    boolean lessOutput = scale(meters, Meter::output, Meter.OUTPUT, outputBound);
    if (!lessInput && !lessOutput) {
      return new Believed(reported, null);
    }
    String allowed = (lessInput ? inputBound + " input" : "") + (lessInput && lessOutput ? " and " : "") + (lessOutput ? outputBound + " output" : "");
    return new Believed(
        new Usage(meters, reported.source()), "the provider reported " + text(reported) + ", the request has room for " + allowed + " tokens (usageTrust Bounded)");
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
