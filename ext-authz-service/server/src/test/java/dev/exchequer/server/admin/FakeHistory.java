package dev.exchequer.server.admin;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerReads;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A past with one count of refusals, and the receipts and entries that the test puts in. */
final class FakeHistory implements LedgerHistory {
  final List<ReceiptRow> receipts = new ArrayList<>();
  final List<Envelope> tasks = new ArrayList<>();
  final List<AlertRow> alerts = new ArrayList<>();
  final List<PostedRow> entries = new ArrayList<>();
  Opening opening = new Opening("CNY", 0, 0);
  final FakeExport export = new FakeExport();
  @Nullable RefusalQuery lastQuery;
  long from;
  long to;

  @Override
  public LedgerReads.Page<RefusalRow> refusals(RefusalQuery query) {
    if ("nonsense".equals(query.cursor())) {
      throw new IllegalArgumentException("not a cursor");
    }
    lastQuery = query;
    return new LedgerReads.Page<>(List.of(new RefusalRow("default/ci", 1_767_225_600_000L, "rate_limited", 4711)), "c2");
  }

  @Override
  public long refusalsCounted(long fromMs, long toMs) {
    return 4711;
  }

  @Override
  public List<Envelope> tasks(ObjectName budget) {
    return tasks;
  }

  @Override
  public LedgerReads.Page<AlertRow> alerts(AlertQuery query) {
    if ("nonsense".equals(query.cursor())) {
      throw new IllegalArgumentException("not a cursor");
    }
    return new LedgerReads.Page<>(alerts, null);
  }

  @Override
  public List<AlertRow> alertsDue(long nowMs, int limit) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long alertsWaiting() {
    throw new UnsupportedOperationException();
  }

  @Override
  public UncertainHolds uncertainHolds() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<HouseAccount> houseAccounts() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void receipts(long fromMs, long toMs, Consumer<ReceiptRow> each) {
    from = fromMs;
    to = toMs;
    receipts.stream().filter(row -> row.timeMs() >= fromMs && row.timeMs() < toMs).forEach(each);
  }

  @Override
  public Optional<Opening> entries(ObjectName balance, long fromMs, long toMs, Consumer<PostedRow> each) {
    from = fromMs;
    to = toMs;
    if (!balance.equals(FakeLedger.WALLET)) {
      return Optional.empty();
    }
    entries.forEach(each);
    return Optional.of(opening);
  }

  @Override
  public LedgerExport export() {
    return export;
  }
}
