package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.fallback.Ending;
import dev.exchequer.ledger.DryRun;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import dev.exchequer.policy.Route;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.engine.Engine;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** POST /api/v1/dry-run: which balance would pay for a request, and why, without sending or holding anything. As JSON, or as text for people. */
final class DryRuns {
  private static final Logger LOG = LoggerFactory.getLogger(DryRuns.class);
  private static final long PATIENCE_SECONDS = 10;
  private static final Ending.Retry NO = new Ending.Retry.No();

  private final Engine engine;
  private final Clock clock;

  DryRuns(Engine engine, Clock clock) {
    this.engine = engine;
    this.clock = clock;
  }

  /** Who would ask, by the policy in force. */
  private record Caller(Policy policy, ApiKey key, Project project) {}

  void handle(Context call) {
    AdminQueries.none(call);
    DryRunRequest request = DryRunRequest.of(AdminJson.strict(call.body()));
    Policy policy = engine.policy().orElseThrow(() -> new AdminRefusal(503, "accounting_unavailable", "no policy is in force yet: is the operator running?"));
    ApiKey key = policy.keys().get(request.apiKey());
    Project project = key == null ? null : policy.projects().get(key.project());
    if (key == null || project == null) {
      throw new AdminRefusal(404, "not_found", "no such key: " + request.apiKey() + "; it is the namespace/name of an ApiKey object, not the secret");
    }
    Caller caller = new Caller(policy, key, project);
    Optional<Route> route = policy.routeFor(key.name().namespace(), request.model(), request.endpoint());
    Ending before = refusal(caller, request, route);
    DryRun outcome = before == null ? ask(facts(caller, request, route.orElseThrow())) : new DryRun(List.of(), before);
    ObjectNode json = DryRunJson.of(outcome, before == null ? route.map(Route::name).orElse(null) : null, policy.digest());
    if (wantsText(call)) {
      call.contentType("text/plain; charset=utf-8").result(DryRunText.of(json, request, key));
    } else {
      AdminServer.json(call, AdminJson.text(json));
    }
  }

  private static boolean wantsText(Context call) {
    String accept = call.header("Accept");
    return accept != null && accept.startsWith("text/plain");
  }

  /** What admission decides before the ledger is asked, in its order; null = nothing stands against it. */
  private @Nullable Ending refusal(Caller caller, DryRunRequest request, Optional<Route> route) {
    if (caller.key.credentials().stream().noneMatch(credential -> credential.liveAt(clock.millis()))) {
      return Ending.of(401, "invalid_api_key", "every credential of key " + caller.key.name() + " has expired", NO);
    }
    if (!engine.admitting()) {
      return Ending.of(503, "accounting_unavailable", "nothing is admitted now; /readyz says why", new Ending.Retry.Unsaid());
    }
    if (caller.key.suspended()) {
      return Ending.of(403, "key_suspended", "key " + caller.key.name() + " is suspended", NO);
    }
    if (caller.project.suspended()) {
      return Ending.of(403, "project_suspended", "project " + caller.project.name() + " is suspended", NO);
    }
    return route.isPresent() ? null : Ending.of(404, "model_not_found", "no route serves the model " + request.model() + " at " + request.endpoint().text(), NO);
  }

  private RequestFacts facts(Caller caller, DryRunRequest request, Route route) {
    ApiKey key = caller.key;
    return new RequestFacts(
        "dry-run", clock.millis(), key.name(), key.label(), caller.project.name(), caller.project.owner(), key.task().isEmpty() ? request.task() : key.task(),
        request.endUser(), null, null, request.endpoint(), request.model(), route.name(), route.generation(), route.fallback().digest(), caller.policy.digest(), false,
        request.narrowedTo(), request.demand());
  }

  private DryRun ask(RequestFacts facts) {
    try {
      return engine.dryRun(facts).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (ExecutionException | TimeoutException e) {
      throw unavailable(e);
    }
  }

  private static AdminRefusal unavailable(Exception why) {
    LOG.warn("a dry run was not answered: {}", why.toString());
    return new AdminRefusal(503, "accounting_unavailable", "the ledger does not answer now; ask again");
  }
}
