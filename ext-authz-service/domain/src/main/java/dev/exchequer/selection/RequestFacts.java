package dev.exchequer.selection;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.RouteClass;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a request once it was read: all that deciding, pricing and its receipt need, and no part of its text. Stored with the first hold, so
 * that a receipt is complete after a crash.
 *
 * @param id request id = receipt id, a UUIDv7
 * @param timeMs admission, ledger time, milliseconds since the epoch
 * @param task "" = none
 * @param endUser "" = none
 * @param endpoint null only where the request was refused before it was known
 * @param requestedModel null only where the request was refused before it was known
 * @param route null where no route serves the model
 * @param planDigest the policy that decides this request to its end
 * @param narrowedTo x-exchequer-route-classes, empty = not narrowed
 */
public record RequestFacts(
    String id,
    long timeMs,
    ObjectName apiKey,
    String keyLabel,
    ObjectName project,
    String owner,
    String task,
    String endUser,
    @Nullable String clientRequestId,
    @Nullable String idempotencyKey,
    @Nullable Endpoint endpoint,
    @Nullable String requestedModel,
    @Nullable ObjectName route,
    long routeGeneration,
    @Nullable String fallbackDigest,
    String planDigest,
    boolean streamed,
    Set<RouteClass> narrowedTo,
    Demand demand) {

  public RequestFacts {
    narrowedTo = Set.copyOf(narrowedTo);
  }

  /**
   * The most that a request can use, read off its body.
   *
   * @param textBound input tokens cannot be more: UTF-8 bytes of all strings + 16 per message and tool (a byte-level token covers at least one byte)
   * @param nonTextParts image, audio or file parts, references to stored input: not bounded by the text
   * @param clientCap the client's own output cap in tokens, 0 = none given
   * @param choices max(n, best_of), at least 1
   * @param prompts number of prompts of a completions request, at least 1
   * @param serviceTier as asked for, "default" where absent
   * @param unmetered a request field that changes the price and that no meter covers (e.g. "web_search_options"), null = none
   */
  public record Demand(long textBound, boolean nonTextParts, long clientCap, int choices, int prompts, String serviceTier, @Nullable String unmetered) {
    public static final Demand NONE = new Demand(0, false, 0, 1, 1, "default", null);

    public Demand {
      if (textBound < 0 || clientCap < 0 || choices < 1 || prompts < 1) {
        throw new IllegalArgumentException("a negative demand");
      }
    }
  }
}
