package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import java.util.Map;

/**
 * How providers were doing when the command was made, read from memory; a provider that is not listed is well. How many attempts are in flight is not
 * here: the ledger counts its own active holds.
 */
public record ProviderView(Map<ObjectName, Standing> standings) {
  public static final ProviderView ALL_WELL = new ProviderView(Map.of());

  public sealed interface Standing {
    /** Rests after failures in a row. */
    record CoolingDown(long retryAfterSeconds) implements Standing {}

    /** Rests, but this command may try it: the one probe. */
    record Probe() implements Standing {}

    record Well() implements Standing {}
  }

  public ProviderView {
    standings = Map.copyOf(standings);
  }

  public Standing of(ObjectName provider) {
    Standing standing = standings.get(provider);
    return standing == null ? new Standing.Well() : standing;
  }
}
