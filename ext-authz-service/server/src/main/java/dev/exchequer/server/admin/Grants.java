package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Result;
import dev.exchequer.money.Money;
import dev.exchequer.server.engine.Engine;
import io.javalin.http.Context;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** POST .../grants: adds value to a balance, once per idempotency key. */
final class Grants {
  private static final Logger LOG = LoggerFactory.getLogger(Grants.class);
  private static final int LONGEST_REASON = 1024;
  private static final String KEY = "[\\x21-\\x7e]{1,255}";
  private static final long PATIENCE_SECONDS = 10;

  private final Engine engine;

  Grants(Engine engine) {
    this.engine = engine;
  }

  void handle(Context call, String actor) {
    AdminQueries.none(call);
    ObjectName balance = AdminQueries.balance(call);
    String key = call.header("Idempotency-Key");
    if (key == null || !key.matches(KEY)) {
      throw AdminRefusal.badRequest("the header Idempotency-Key must be 1 to 255 visible ASCII characters: with it a repetition adds nothing");
    }
    JsonNode body = body(call);
    switch (ask(new Command.Grant(balance, amount(body), actor, reason(body), key))) {
      case Result.Granted granted -> call.status(granted.repeated() ? 200 : 201).contentType("application/json").result(AdminJson.text(AdminJson.granted(granted)));
      case Result.Rejected rejected -> throw new AdminRefusal(status(rejected.code()), rejected.code(), rejected.message());
      case Result.Held h -> throw notAnAnswer(h);
      case Result.Refused r -> throw notAnAnswer(r);
      case Result.Settled s -> throw notAnAnswer(s);
      case Result.Done d -> throw notAnAnswer(d);
    }
  }

  private Result ask(Command.Grant grant) {
    try {
      return engine.grant(grant).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (ExecutionException | TimeoutException e) {
      throw unavailable(e);
    }
  }

  /** Whether it was booked is not known; the same key makes asking again harmless. */
  private static AdminRefusal unavailable(Exception why) {
    LOG.warn("a grant was not answered: {}", why.toString());
    return new AdminRefusal(503, "accounting_unavailable", "the ledger does not answer now; repeat the call with the same Idempotency-Key");
  }

  private static JsonNode body(Context call) {
    JsonNode body = AdminJson.strict(call.body());
    if (!body.isObject()) {
      throw AdminRefusal.badRequest("the body must be {\"amount\":\"12.5\",\"reason\":\"...\"}");
    }
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      if (!field.getKey().equals("amount") && !field.getKey().equals("reason")) {
        throw AdminRefusal.badRequest("no such field: " + field.getKey() + "; there are amount and reason");
      }
    }
    return body;
  }

  private static long amount(JsonNode body) {
    if (!body.path("amount").isTextual()) {
      throw AdminRefusal.badRequest("amount must be a string like \"12.5\"");
    }
    long nanos;
    try {
      nanos = Money.parse(body.path("amount").asText());
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest("amount " + e.getMessage());
    }
    if (nanos == 0) {
      throw AdminRefusal.badRequest("amount must be above zero");
    }
    return nanos;
  }

  private static String reason(JsonNode body) {
    String reason = body.path("reason").isTextual() ? body.path("reason").asText().strip() : "";
    if (reason.isEmpty() || reason.length() > LONGEST_REASON) {
      throw AdminRefusal.badRequest("reason must be a text of 1 to " + LONGEST_REASON + " characters: it is kept in the balance's history");
    }
    return reason;
  }

  /** The ledger's codes: what is not there, what contradicts an earlier command, and what cannot be done. */
  private static int status(String code) {
    if (code.contains("not_found") || code.contains("unknown")) {
      return 404;
    }
    return code.contains("conflict") ? 409 : 422;
  }

  private static IllegalStateException notAnAnswer(Result result) {
    return new IllegalStateException("not an answer to a grant: " + result);
  }
}
