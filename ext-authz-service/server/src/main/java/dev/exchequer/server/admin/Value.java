package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.GrantTerms;
import dev.exchequer.ledger.Lot;
import dev.exchequer.ledger.Purse;
import dev.exchequer.money.Money;
import dev.exchequer.server.engine.Engine;
import io.javalin.http.Context;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** GET .../lots: what a balance's money consists of. */
final class Value {
  private static final long PATIENCE_SECONDS = 5;

  private final Engine engine;

  Value(Engine engine) {
    this.engine = engine;
  }

  void lots(Context call) {
    AdminQueries.none(call);
    var name = AdminQueries.balance(call);
    Optional<Account> account;
    try {
      account = engine.account(name).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable();
    } catch (ExecutionException | TimeoutException e) {
      throw unavailable();
    }
    AdminServer.json(call, AdminJson.text(json(account.orElseThrow(() -> AdminRefusal.notFound("balance")))));
  }

  private static AdminRefusal unavailable() {
    return new AdminRefusal(503, "accounting_unavailable", "the ledger does not answer now; ask again");
  }

  static ObjectNode json(Account account) {
    Purse purse = account.purse();
    ObjectNode json = AdminJson.object().put("balance", account.name().toString()).put("unit", account.unit());
    json.put("posted", Money.decimal(account.posted())).put("debt", Money.decimal(account.debt()));
    json.put("suspended", purse.suspended()).put("closed", purse.closed());
    ArrayNode items = json.putArray("items");
    for (Lot lot : purse.lots()) {
      item(items.addObject(), lot.grant(), lot.terms(), lot.remaining(), lot.reserved(), true);
    }
    for (Purse.Scheduled grant : purse.scheduled()) {
      item(items.addObject(), grant.grant(), grant.terms(), grant.nanos(), 0, false);
    }
    return json;
  }

  private static void item(ObjectNode json, String grant, GrantTerms terms, long remaining, long reserved, boolean started) {
    json.put("grant", grant).put("category", terms.promotional() ? "Promotional" : "Paid").put("priority", terms.priority());
    json.put("startsAt", terms.startsAtMs() == 0 ? null : AdminJson.time(terms.startsAtMs())).put("expiresAt", terms.expiresAtMs() == 0 ? null : AdminJson.time(terms.expiresAtMs()));
    json.put("remaining", Money.decimal(remaining)).put("reserved", Money.decimal(reserved)).put("started", started);
  }
}
