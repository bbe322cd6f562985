package dev.exchequer.selection;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Demand;
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

  /** The same request, admitted at another time. */
  public RequestFacts at(long otherMs) {
    return new RequestFacts(
        id, otherMs, apiKey, keyLabel, project, owner, task, endUser, clientRequestId, idempotencyKey, endpoint, requestedModel, route, routeGeneration, fallbackDigest, planDigest,
        streamed, narrowedTo, demand);
  }
}
