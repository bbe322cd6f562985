package dev.exchequer.server.usage;

import dev.exchequer.pricing.Usage;

/** What became of the usage that a provider reported. */
public sealed interface ReportedUsage {
  record Read(Usage usage) implements ReportedUsage {}

  /** Nonsense: it never credits and never charges; the attempt counts as one without usage. */
  record Rejected(String reason) implements ReportedUsage {}

  record None() implements ReportedUsage {}

  /** {@link Usage#NOTHING} where there is none to believe. */
  default Usage orNothing() {
    return this instanceof Read read ? read.usage() : Usage.NOTHING;
  }
}
