package dev.exchequer.pricing;

import dev.exchequer.policy.Meter;
import java.util.Map;

/** What an attempt used, as disjoint meters, and who says so. */
public record Usage(Map<Meter, Long> meters, Source source) {
  /** Evidence ranks: provider in-band, provider through the journal, estimate, nothing. */
  public enum Source {
    PROVIDER("Provider"),
    JOURNAL("Journal"),
    ESTIMATED("Estimated"),
    NONE("None");

    private final String text;

    Source(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }

  public static final Usage NOTHING = new Usage(Map.of(), Source.NONE);

  public Usage {
    meters = Map.copyOf(meters);
    for (long quantity : meters.values()) {
      if (quantity < 0) {
        throw new IllegalArgumentException("negative usage");
      }
    }
  }

  public long of(Meter meter) {
    return meters.getOrDefault(meter, 0L);
  }

  public boolean reported() {
    return source == Source.PROVIDER || source == Source.JOURNAL;
  }
}
