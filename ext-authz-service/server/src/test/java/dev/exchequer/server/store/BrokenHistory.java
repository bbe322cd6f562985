package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Envelope;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A past whose entries are what the test says. */
record BrokenHistory(Opening opening, List<LedgerReads.EntryRow> entries) implements LedgerHistory {
  @Override
  public LedgerReads.Page<RefusalRow> refusals(RefusalQuery query) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long refusalsCounted(long fromMs, long toMs) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<Envelope> tasks(ObjectName budget) {
    throw new UnsupportedOperationException();
  }

  @Override
  public LedgerReads.Page<AlertRow> alerts(AlertQuery query) {
    throw new UnsupportedOperationException();
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
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Opening> entries(ObjectName balance, long fromMs, long toMs, Consumer<PostedRow> each) {
    entries.forEach(entry -> each.accept(new PostedRow(entry, null, null)));
    return Optional.of(opening);
  }

  @Override
  public LedgerExport export() {
    throw new UnsupportedOperationException();
  }
}
