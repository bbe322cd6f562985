package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import java.util.List;

/**
 * What holds for every request of a gateway.
 *
 * @param priceSheets searched last, after those of the project and of the route
 * @param maxRequestBytes a longer body is refused; 0 = what Envoy's listener lets through
 */
public record GatewayRules(List<ObjectName> priceSheets, long maxRequestBytes) {
  public static final GatewayRules NONE = new GatewayRules(List.of(), 0);

  public GatewayRules {
    priceSheets = List.copyOf(priceSheets);
    if (maxRequestBytes < 0) {
      throw new IllegalArgumentException("a body limit below 0: " + maxRequestBytes);
    }
  }

  /** Whether a body of this many bytes is longer than it may be. */
  public boolean tooLarge(long bytes) {
    return maxRequestBytes != 0 && bytes > maxRequestBytes;
  }
}
