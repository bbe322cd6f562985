package dev.exchequer.server.admin;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Balance;
import dev.exchequer.server.engine.Engine;
import io.javalin.http.Context;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Calls that change money: each once per idempotency key, by the token's name, for a reason. */
final class Grants {
  private static final Logger LOG = LoggerFactory.getLogger(Grants.class);
  private static final int HIGHEST_PRIORITY = 1000;
  private static final int LONGEST_GRANT = 512;
  private static final long PATIENCE_SECONDS = 10;

  private final Engine engine;

  Grants(Engine engine) {
    this.engine = engine;
  }

  /** POST .../grants */
  void grant(Context call, String actor) {
    Orders order = Orders.of(call, "amount", "category", "priority", "startsAt", "expiresAt");
    GrantTerms terms = terms(order);
    answer(call, new Command.Grant(AdminQueries.balance(call), order.amount(), terms, actor, order.reason(), order.key()));
  }

  private static GrantTerms terms(Orders order) {
    long starts = order.time("startsAt");
    long expires = order.time("expiresAt");
    if (expires != 0 && expires <= starts) {
      throw AdminRefusal.badRequest("expiresAt must be later than startsAt");
    }
    boolean promotional = order.second("category", "Paid", "Promotional");
    return new GrantTerms(promotional, order.number("priority", GrantTerms.USUAL_PRIORITY, 0, HIGHEST_PRIORITY), starts, expires);
  }

  /** POST .../grants/void */
  void voidGrant(Context call, String actor) {
    Orders order = Orders.of(call, "grant");
    answer(call, new Command.VoidGrant(AdminQueries.balance(call), order.text("grant", LONGEST_GRANT), actor, order.reason(), order.key()));
  }

  /** POST .../adjustments */
  void adjust(Context call, String actor) {
    Orders order = Orders.of(call, "amount");
    answer(call, new Command.Adjust(AdminQueries.balance(call), order.signedAmount(), actor, order.reason(), order.key()));
  }

  /** POST /receipts/{id}/refunds */
  void refund(Context call, String actor) {
    Orders order = Orders.of(call, "attempt", "amount");
    int attempt = order.number("attempt", 1, 1, HIGHEST_PRIORITY);
    answer(call, new Command.Refund(call.pathParam("id"), attempt, order.amount(), actor, order.reason(), order.key()));
  }

  /** POST .../suspend, resume, close */
  void stand(Context call, String actor, Command.Stand.Standing standing) {
    Orders order = Orders.of(call);
    answer(call, new Command.Stand(AdminQueries.balance(call), standing, actor, order.reason(), order.key()));
  }

  private void answer(Context call, Command.Administer command) {
    switch (ask(command)) {
      case Result.Granted r -> booked(call, new Result.Booked(r.balance(), r.sequence(), r.beforeNanos(), r.afterNanos(), r.repeated()));
      case Result.Booked booked -> booked(call, booked);
      case Result.Rejected rejected -> throw new AdminRefusal(status(rejected.code()), rejected.code(), rejected.message());
      case Result.Held h -> throw notAnAnswer(h);
      case Result.Refused r -> throw notAnAnswer(r);
      case Result.Settled s -> throw notAnAnswer(s);
      case Result.Done d -> throw notAnAnswer(d);
      case Result.TaskSet t -> throw notAnAnswer(t);
    }
  }

  private void booked(Context call, Result.Booked booked) {
    String unit = engine.policy().map(policy -> policy.balances().get(booked.balance())).map(Balance::unit).orElse(null);
    AdminServer.json(call.status(booked.repeated() ? 200 : 201), AdminJson.text(AdminJson.booked(booked, unit)));
  }

  private Result ask(Command.Administer command) {
    return ask(engine, command);
  }

  /** The ledger's answer, whichever it is. */
  static Result ask(Engine engine, Command.Administer command) {
    try {
      return engine.administer(command).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (ExecutionException | TimeoutException e) {
      throw unavailable(e);
    }
  }

  /** Whether it was booked is not known; the same key makes asking again harmless. */
  private static AdminRefusal unavailable(Exception why) {
    LOG.warn("an admin command was not answered: {}", why.toString());
    return new AdminRefusal(503, "accounting_unavailable", "the ledger does not answer now; repeat the call with the same Idempotency-Key");
  }

  /** The ledger's codes: what is not there, what contradicts an earlier command, and what cannot be done. */
  static int status(String code) {
    if (code.contains("not_found") || code.contains("unknown")) {
      return 404;
    }
    return code.contains("conflict") ? 409 : 422;
  }

  static IllegalStateException notAnAnswer(Result result) {
    return new IllegalStateException("not an answer to an admin command: " + result);
  }
}
