package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.server.store.LedgerReads;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;

/** What an application may read with its own key, of its own project only. */
public final class SelfService {
  private static final String JSON = "application/json";
  private static final String TEXT = "text/plain; charset=utf-8";

  private final OwnReceipts receipts;
  private final OwnMoney money;
  private final Executor pool;
  private final Function<String, String> explain;

  /**
   * @param said of the task labels of a budget
   * @param pool reads of the ledger block, so they run here; full = 503
   * @param explain a receipt's JSON (amounts that the project does not disclose are null) to its text for people
   * @param clock which slices of a window that rolls count
   */
  public SelfService(LedgerReads reads, Function<ObjectName, List<Envelope>> said, Executor pool, Function<String, String> explain, InstantSource clock) {
    this.receipts = new OwnReceipts(reads);
    this.money = new OwnMoney(reads, said, clock);
    this.pool = pool;
    this.explain = explain;
  }

  void answer(SelfPath path, String query, Caller caller, Reply reply) {
    Ending suspended = caller.suspended();
    if (suspended != null) {
      reply.denied(suspended, null);
      return;
    }
    if (path instanceof SelfPath.Models) {
      reply.give(ToEnvoyCheck.answer(JSON, ModelList.of(caller)));
      return;
    }
    try {
      pool.execute(() -> AdmitService.guarded(reply, () -> reply.give(read(path, query, caller))));
    } catch (RejectedExecutionException full) {
      reply.denied(Endings.UNAVAILABLE, null);
    }
  }

  private CheckResponse read(SelfPath path, String query, Caller caller) {
    return switch (path) {
      case SelfPath.Models models -> ToEnvoyCheck.answer(JSON, ModelList.of(caller));
      case SelfPath.Receipts list -> list(query, caller);
      case SelfPath.OneReceipt one -> one(one.id(), caller, JSON, Function.identity());
      case SelfPath.Explanation text -> one(text.id(), caller, TEXT, explain);
      case SelfPath.Balances balances -> ToEnvoyCheck.answer(JSON, money.balances(caller));
      case SelfPath.Budgets budgets -> ToEnvoyCheck.answer(JSON, money.budgets(caller));
    };
  }

  private CheckResponse list(String query, Caller caller) {
    return switch (ReceiptFilter.of(query, caller.project().name().toString())) {
      case ReceiptFilter.Bad bad -> ToEnvoyCheck.denied(Endings.invalid(bad.param(), bad.message()), null);
      case ReceiptFilter.Good good -> ToEnvoyCheck.answer(JSON, receipts.list(good.query(), caller));
    };
  }

  private CheckResponse one(String id, Caller caller, String type, Function<String, String> form) {
    return receipts.one(id, caller).map(json -> ToEnvoyCheck.answer(type, form.apply(json))).orElseGet(() -> ToEnvoyCheck.denied(Endings.NO_RECEIPT, null));
  }
}
