package dev.exchequer.server.store.postgres;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.ClockCases;
import dev.exchequer.server.store.OpenLedger;
import dev.exchequer.server.store.proof.LedgerProof;
import java.time.Clock;

class PostgresClockIT extends ClockCases {
  private final String url = PostgresServer.shared().database();

  @Override
  protected OpenLedger open(World world, Clock at) {
    return PostgresServer.open(url, "one", world, Sessions.of(PostgresServer.settings(url, "one"), "writer"), at);
  }

  @Override
  protected LedgerProof.Fits proof() throws Exception {
    return PostgresProof.of(PostgresServer.settings(url, "verify"), rows -> {});
  }
}
