package dev.exchequer.server.admin;

/** What to change when a request did not succeed; "" where the skipped hops tell it, or nothing can be changed. */
final class RefusalText {
  private RefusalText() {}

  /** @param hops whether any was looked at: then the reasons of the skipped ones tell what to change */
  static String toChange(String code, boolean hops) {
    return hops ? afterAttempts(code) : beforeHops(code);
  }

  private static String afterAttempts(String code) {
    return switch (code) {
      case "provider_config" -> "the provider's credential or baseUrl, or the hop's upstreamModel";
      case "accounting_restarted" -> "nothing; the service was restarted between two attempts, send the request again";
      default -> "";
    };
  }

  private static String beforeHops(String code) {
    return switch (code) {
      case "key_suspended" -> "suspend: false on the key";
      case "project_suspended" -> "suspend: false on the project";
      case "unsupported_media_type" -> "content-type: application/json, and no content-encoding";
      case "invalid_request_error" -> "the request, as the message says";
      case "task_required" -> "the header x-exchequer-task in the request, or task on the key";
      case "task_limit" -> "fewer task labels at once, or a higher maxOpen on the budget; an idle label closes by itself";
      case "task_not_open" -> "./exchequer tasks open, or another label in x-exchequer-task";
      case "model_not_found" -> "the model's name in the request, or a ModelRoute that lists it";
      case "route_forbidden" -> "routeClasses and models of the key and of its project";
      case "idempotency_conflict" -> "a new idempotency-key for a new request";
      case "rate_limited" -> "fewer requests a minute, or a higher limits.requestsPerMinute on the key";
      case "concurrency_limited" -> "fewer requests at once, or a higher limits.concurrency on the key";
      default -> "";
    };
  }
}
