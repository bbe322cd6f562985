package dev.exchequer.server;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Outcomes;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.engine.LedgerEngine;
import dev.exchequer.server.journal.JournalTailer;
import dev.exchequer.server.metrics.Metrics;
import dev.exchequer.server.settle.SettleService;

/** What the edges saw, counted. */
final class ServiceMetrics implements SettleService.Observer, JournalTailer.Observer, LedgerEngine.Observer {
  private final Metrics metrics;

  ServiceMetrics(Metrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public void settled(Result.Settled settled, Evidence evidence) {
    metrics.settled(Outcomes.of(evidence).text());
    if (settled.unit() != null && settled.chargeNanos() > 0) {
      metrics.charged(settled.unit(), settled.chargeNanos());
    }
    if (evidence.usageRejected() != null) {
      metrics.usageRejected();
    }
  }

  @Override
  public void unknownHold() {
    metrics.unknownHold();
  }

  @Override
  public void line(String file) {
    metrics.journalLine(file);
  }

  @Override
  public void quarantined(String file) {
    metrics.journalQuarantined(file);
  }

  @Override
  public void answered(Result result) {
    if (result instanceof Result.Held held) {
      metrics.held();
      if (held.id().attempt() == 1) {
        metrics.admitted();
      }
    } else if (result instanceof Result.Refused refused) {
      metrics.denied(refused.ending().code());
    }
  }

  @Override
  public void activated(Policy policy) {
    metrics.policy(policy.digest());
  }
}
