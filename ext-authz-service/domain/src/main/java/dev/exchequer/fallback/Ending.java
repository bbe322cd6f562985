package dev.exchequer.fallback;

import org.jspecify.annotations.Nullable;

/**
 * How a request ends for its client when it is not the provider's 2xx answer: one row of CONTRACTS "How a request can end".
 *
 * @param code the error's code, also on the receipt
 * @param param the request field at fault, null = none
 * @param providerCode the code that the provider gave, shown to the client in place of ours; the receipt keeps ours; null = none
 * @param type overrides the error type derived from the status (a provider's own), null = derived
 */
public record Ending(int httpStatus, String code, String message, @Nullable String type, @Nullable String param, @Nullable String providerCode, Retry retry) {

  public static Ending of(int httpStatus, String code, String message, Retry retry) {
    return new Ending(httpStatus, code, message, null, null, null, retry);
  }

  public Ending withMessage(String other) {
    return new Ending(httpStatus, code, other, type, param, providerCode, retry);
  }

  public Ending withParam(String other) {
    return new Ending(httpStatus, code, message, type, other, providerCode, retry);
  }

  /** What stands in the body's `code`: the provider's own where it rejected the request and said one, else ours. */
  public String clientCode() {
    return providerCode == null ? code : providerCode;
  }

  /** What the client's library is told about trying again. */
  public sealed interface Retry {
    /** x-should-retry: false and no retry-after. */
    record No() implements Retry {}

    /** Nothing is said; the library decides by the status. */
    record Unsaid() implements Retry {}

    /** retry-after in seconds. */
    record After(long seconds) implements Retry {}
  }

  /** The error type that goes with a status in OpenAI's form. */
  public String errorType() {
    if (type != null) {
      return type;
    }
    if (httpStatus == 402) {
      return "billing_error";
    }
    if (httpStatus == 429) {
      return "rate_limit_error";
    }
    return httpStatus >= 500 ? "api_error" : "invalid_request_error";
  }
}
