package dev.exchequer.server.store;

import dev.exchequer.ledger.World;
import dev.exchequer.server.store.proof.LedgerProof;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

class SqliteClockTest extends ClockCases {
  @TempDir Path data = Path.of("");

  @Override
  protected OpenLedger open(World world, Clock at) {
    return new OpenLedger(data, world, at);
  }

  @Override
  protected LedgerProof.Fits proof() throws Exception {
    return LedgerProof.of(data.resolve("ledger.db"), rows -> {});
  }
}
