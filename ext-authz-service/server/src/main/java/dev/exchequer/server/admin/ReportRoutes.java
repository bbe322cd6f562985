package dev.exchequer.server.admin;

import dev.exchequer.server.store.LedgerHistory.AlertQuery;
import dev.exchequer.server.store.LedgerHistory.AlertRow;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHistory.RefusalQuery;
import dev.exchequer.server.store.LedgerHistory.RefusalRow;
import dev.exchequer.server.store.LedgerReads.Page;
import dev.exchequer.server.summary.Statement;
import dev.exchequer.server.summary.UsageReport;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.List;

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

  /** Marks that were crossed, and whether somebody was told. */
  void alerts(Context call) {
    AlertQuery query = new AlertQuery(AdminQueries.pageCursor(call), AdminQueries.limit(call));
    Page<AlertRow> page = ReadRoutes.page(query.cursor(), () -> history.alerts(query));
    AdminServer.json(call, AdminJson.text(AdminJson.page(page.items().stream().map(AdminJson::alert).toList(), page.nextCursor())));
  }

  void usage(Context call) {
    UsageReport.Query query = ReportQueries.usage(call, clock.millis());
    try {
      List<UsageReport.Row> rows = UsageReport.of(history, query);
      AdminServer.json(call, AdminJson.text(ReportJson.usage(query, rows, history.refusalsCounted(query.fromMs(), query.toMs()))));
    } catch (UsageReport.TooManyRows e) {
      throw AdminRefusal.badRequest(String.valueOf(e.getMessage()));
    }
  }

  void statement(Context call) {
    long now = clock.millis();
    ReportQueries.MonthIn month = ReportQueries.month(call, now);
    Statement statement = Statement.of(history, AdminQueries.balance(call), month.month(), month.zone()).orElseThrow(() -> AdminRefusal.notFound("balance"));
    AdminServer.json(call, AdminJson.text(ReportJson.statement(statement, statement.complete(now))));
  }
}
