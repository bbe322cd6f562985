package dev.exchequer.server.store;

import dev.exchequer.ledger.World;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.io.TempDir;

class SqliteReportsTest extends ReportScenarios {
  @TempDir Path data = Path.of("");

  @Override
  protected OpenLedger open(World world, Clock clock) {
    return new OpenLedger(data, world, clock);
  }
}
