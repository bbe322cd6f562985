package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.ReportScenarios;
import java.time.Clock;

class PostgresReportsIT extends ReportScenarios {
  private final String url = PostgresServer.shared().database();

  @Override
  protected OpenLedger open(World world, Clock clock) {
    return PostgresServer.open(url, "one", world, Sessions.of(PostgresServer.settings(url, "one"), "writer"), clock);
  }
}
