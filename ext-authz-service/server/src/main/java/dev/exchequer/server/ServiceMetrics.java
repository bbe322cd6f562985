package dev.exchequer.server;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.fallback.Outcomes;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.server.alerts.AlertDelivery;
import dev.exchequer.server.alerts.AlertJson;
import dev.exchequer.server.engine.LedgerEngine;
import dev.exchequer.server.journal.JournalTailer;
import dev.exchequer.server.metrics.Metrics;
import dev.exchequer.server.settle.SettleService;
import dev.exchequer.server.store.GroupCommitLane;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the edges saw, counted. */
final class ServiceMetrics implements SettleService.Observer, JournalTailer.Observer, LedgerEngine.Observer, GroupCommitLane.Observer, AlertDelivery.Observer {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceMetrics.class);

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
  public void committed(int commands, long nanos) {
    metrics.committed(commands, nanos);
  }

  @Override
  public void stored(Change change) {
    if (change instanceof Change.ReceiptWritten written) {
      for (Receipt.Hop hop : written.receipt().hops()) {
        if (hop.usage() != null) {
          metrics.usage(hop.usage().source());
        }
      }
    } else if (change instanceof Change.RefusalCounted) {
      metrics.refusalCounted();
    } else if (change instanceof Change.EvidenceUnused unused) {
      LOG.warn("receipt {}: usage that was reported of attempt {} changes nothing: {}", unused.attempt().request(), unused.attempt().attempt(), unused.why().text());
      metrics.evidenceUnused(unused.why().text());
    } else if (change instanceof Change.AlertRaised raised) {
      metrics.alertRaised(AlertJson.type(raised.alert()));
    }
  }

  @Override
  public void tried(AlertDelivery.Outcome outcome) {
    metrics.alertTried(
        switch (outcome) {
          case DELIVERED -> "delivered";
          case FAILED -> "failed";
          case GIVEN_UP -> "given_up";
        });
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
