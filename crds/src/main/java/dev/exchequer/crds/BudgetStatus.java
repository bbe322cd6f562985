package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the operator says of a budget: its fullest counter in the window that is open. A projection of the ledger for people; nothing is decided by it. */
public final class BudgetStatus {
  @Min(0)
  @JsonPropertyDescription("metadata.generation that this status describes.")
  public @Nullable Long observedGeneration;

  @Size(max = 8)
  @JsonPropertyDescription("Ready, Accepted, ResolvedRefs, Programmed; Exhausted: at least one value has nothing left in this window; NearLimit: the fullest has spent as much as a mark of alertsAtPercent.")
  public List<Condition> conditions = List.of();

  @Size(max = 512)
  @JsonPropertyDescription("The fullest value: a key, a task or an end user; empty = the shared counter.")
  public @Nullable String value;

  @Size(max = 16)
  @JsonPropertyDescription("Unit of these amounts.")
  public @Nullable String unit;

  @Size(max = 32)
  @JsonPropertyDescription("The limit of that unit.")
  public @Nullable String limit;

  @Size(max = 32)
  @JsonPropertyDescription("What the fullest value has spent in this window.")
  public @Nullable String spent;

  @Size(max = 32)
  @JsonPropertyDescription("What is held for it.")
  public @Nullable String held;

  @Size(max = 32)
  @JsonPropertyDescription("What is left of the limit, never below 0.")
  public @Nullable String remaining;

  @Min(0)
  @JsonPropertyDescription("How many values have spent or hold something in this window.")
  public @Nullable Long values;

  @Min(0)
  @JsonPropertyDescription("How many of them have nothing left.")
  public @Nullable Long exhausted;

  @Size(max = 64)
  @JsonPropertyDescription("The ledger's time of these amounts, RFC 3339.")
  public @Nullable String asOf;
}
