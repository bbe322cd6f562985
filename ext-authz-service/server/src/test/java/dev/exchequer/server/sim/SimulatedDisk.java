package dev.exchequer.server.sim;

import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.server.store.LedgerLane.LedgerUnavailable;
import dev.exchequer.server.store.LedgerStore;
import java.util.Collection;

/**
 * SQLite in WAL mode with synchronous=FULL, as far as the ledger relies on it: a transaction is on the disk as a whole when COMMIT returns; a crash before that
 * leaves all of it or nothing; one that fails leaves nothing.
 */
final class SimulatedDisk implements Home {
  private final DiskRows rows = new DiskRows();
  private final DiskMirror mirror;
  private long lastTimeMs;

  SimulatedDisk() {
    this(DiskMirror.NONE);
  }

  /** @param mirror does the same on a real one */
  SimulatedDisk(DiskMirror mirror) {
    this.mirror = mirror;
  }

  @Override
  public Opened open(Gateway gateway) {
    mirror.restarted();
    return Opened.local(gateway, new Store(gateway));
  }

  /** What one process has open. */
  final class Store implements LedgerStore {
    private final Gateway gateway;

    Store(Gateway gateway) {
      this.gateway = gateway;
    }

    @Override
    public LedgerState load(long nowMs) {
      gateway.recorder().clear();
      long startedAtMs = Math.max(nowMs, lastTimeMs);
      gateway.startedAt(startedAtMs);
      LedgerState state = rows.load(startedAtMs);
      gateway.truth().sameAs(rows.load(startedAtMs), startedAtMs);
      mirror.loaded(rows.load(startedAtMs), startedAtMs, gateway.truth().books());
      return state;
    }

    @Override
    public long lastTimeMs() {
      return lastTimeMs;
    }

    @Override
    public void commit(Collection<Change> changes, long nowMs) {
      gateway.point("decided, nothing written");
      if (gateway.faults().diskFails()) {
        mirror.failed(changes, nowMs);
        throw new LedgerUnavailable("the disk is full");
      }
      try {
        gateway.sleep(gateway.faults().syncMs());
      } catch (Fiber.Killed killed) {
        if (gateway.faults().coin()) {
          written(changes, nowMs);
        } else {
          mirror.cut(changes, nowMs);
        }
        throw killed;
      }
      written(changes, nowMs);
      gateway.point("on the disk, nobody was answered");
    }

    private void written(Collection<Change> changes, long nowMs) {
      mirror.committed(changes, nowMs);
      changes.forEach(rows::apply);
      lastTimeMs = nowMs;
      gateway.truth().committed(gateway.truth().batch(gateway));
    }

    @Override
    public void close() {}
  }
}
