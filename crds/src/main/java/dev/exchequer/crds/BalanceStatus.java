package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator says of a balance. The amounts are a projection of the ledger for people; nothing is decided by them. */
public final class BalanceStatus {
  @Min(0)
  @JsonPropertyDescription("metadata.generation that this status describes.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription(
      "Ready, Accepted, ResolvedRefs, Programmed; Exhausted: nothing is available; Low: less than a tenth of its largest grant is available;"
          + " DeletionWaits: it was deleted and goes when its open holds have ended.")
  public List<Condition> conditions = List.of();

  @Size(max = 32)
  @JsonPropertyDescription("Sum of its entries, in its unit.")
  public @Nullable String posted;

  @Size(max = 32)
  @JsonPropertyDescription("Sum of its open holds, in its unit.")
  public @Nullable String held;

  @Size(max = 32)
  @JsonPropertyDescription("What a new hold may take: posted + overdraftLimit - held, in its unit.")
  public @Nullable String available;

  @Min(0)
  @JsonPropertyDescription("Sequence of its last entry.")
  public @Nullable Long sequence;

  @Size(max = 64)
  @JsonPropertyDescription("The ledger's time of these amounts, RFC 3339.")
  public @Nullable String asOf;
}
