package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Route;
import dev.exchequer.pricing.Demand;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.authz.BodyResult.ParsedBody;
import dev.exchequer.server.engine.Admitted;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A metered request of a known key on its way to the engine.
 *
 * @param id of the request and its receipt
 * @param said {@link CallerAttributes#NONE} where the headers were refused
 */
record Admission(String id, long timeMs, Caller caller, Endpoint endpoint, CallerAttributes.Given said) {

  /** What stands against it before its body is looked at, null = nothing. */
  static @Nullable Ending refusal(Caller caller, ClientCall call, CallerAttributes attributes) {
    Ending suspended = caller.suspended();
    if (suspended != null) {
      return suspended;
    }
    String encoding = call.header("content-encoding");
    if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
      return Endings.CONTENT_ENCODING;
    }
    if (!json(call.header("content-type"))) {
      return Endings.CONTENT_TYPE;
    }
    return attributes instanceof CallerAttributes.Bad bad ? Endings.invalid(bad.header(), bad.message()) : null;
  }

  private static boolean json(String contentType) {
    int end = contentType.indexOf(';');
    String type = end < 0 ? contentType : contentType.substring(0, end);
    return type.strip().toLowerCase(Locale.ROOT).equals("application/json");
  }

  Admitted admitted(ParsedBody body, Route route) {
    return new Admitted(facts(body, route), caller.policy(), caller.key(), caller.project(), route, body.edits());
  }

  /** @param body null = refused before it was understood */
  RequestFacts facts(@Nullable ParsedBody body, @Nullable Route route) {
    String task = caller.key().task().isEmpty() ? said.task() : caller.key().task();
    String endUser = said.endUser().isEmpty() && body != null ? body.endUser() : said.endUser();
    return new RequestFacts(
        id,
        timeMs,
        caller.key().name(),
        caller.key().label(),
        caller.project().name(),
        caller.project().owner(),
        task,
        endUser,
        said.clientRequestId(),
        said.idempotencyKey(),
        endpoint,
        body == null ? null : body.model(),
        route == null ? null : route.name(),
        route == null ? 0 : route.generation(),
        route == null ? null : route.fallback().digest(),
        caller.policy().digest(),
        body != null && body.stream(),
        said.narrowedTo(),
        body == null ? Demand.NONE : body.demand());
  }
}
