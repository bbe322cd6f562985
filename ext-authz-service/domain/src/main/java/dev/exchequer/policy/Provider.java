package dev.exchequer.policy;

import dev.exchequer.identity.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * What deciding and pricing need to know of an upstream account.
 *
 * @param basePath path of its base URL without a trailing slash
 * @param outputCapField "max_tokens" or "max_completion_tokens"
 * @param cachedOutsidePrompt cached tokens are not counted in the prompt tokens
 * @param hiddenReasoning it bills reasoning that it does not show
 * @param usageTrust what its reports of usage are worth
 * @param costSheet the price sheet with what it bills the house, null = that is not told
 */
public record Provider(
    ObjectName name,
    String dialect,
    String basePath,
    String outputCapField,
    boolean cachedOutsidePrompt,
    boolean hiddenReasoning,
    int maxInFlight,
    boolean suspended,
    UsageTrust usageTrust,
    @Nullable ObjectName costSheet) {

  /** What a provider's report of usage is worth; docs/design/prices.md. */
  public enum UsageTrust {
    /** It is charged. */
    FULL("Full"),
    /** It is charged up to what the request can have used, and at most the hold. */
    BOUNDED("Bounded"),
    /** It is noted; the attempt is charged as one without usage, and at most its hold. */
    ESTIMATE("Estimate");

    private final String text;

    UsageTrust(String text) {
      this.text = text;
    }

    /** As in the resources and on receipts. */
    public String text() {
      return text;
    }
  }

  /** One whose reports are charged as they are. */
  public Provider(
      ObjectName name, String dialect, String basePath, String outputCapField, boolean cachedOutsidePrompt, boolean hiddenReasoning, int maxInFlight, boolean suspended) {
    this(name, dialect, basePath, outputCapField, cachedOutsidePrompt, hiddenReasoning, maxInFlight, suspended, UsageTrust.FULL, null);
  }
}
