package dev.exchequer.server.admin;

import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import dev.exchequer.server.store.LedgerReads.Page;
import io.javalin.http.Context;
import java.time.Clock;

/** What the admin API tells of the past, summed up. */
final class ReportRoutes {
  private final LedgerHistory history;
  private final Clock clock;

  ReportRoutes(LedgerHistory history, Clock clock) {
    this.history = history;
    this.clock = clock;
  }

  /** Refusals that have no receipt because their key was refused too often in a second. */
  void refusals(Context call) {
    RefusalQuery query = AdminQueries.refusals(call);
    Page<RefusalRow> page = ReadRoutes.page(query.cursor(), () -> history.refusals(query));
    AdminServer.json(call, AdminJson.text(AdminJson.page(page.items().stream().map(AdminJson::refusal).toList(), page.nextCursor())));
  }
}
