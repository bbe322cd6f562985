package dev.exchequer.server.admin;

import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.chain.Cursor;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One chain of what the test puts in, numbered from 1 in each list. */
final class FakeExport implements LedgerExport {
  final List<PlacedEntry> entries = new ArrayList<>();
  final List<PlacedReceipt> receipts = new ArrayList<>();
  final List<PlacedCorrection> corrections = new ArrayList<>();

  @Override
  public Cursor end() {
    return new Cursor(Map.of(1, (long) Math.max(Math.max(entries.size(), receipts.size()), corrections.size())));
  }

  @Override
  public Page<PlacedEntry> entries(Cursor after, Cursor until, int limit) {
    return page(entries, after, until, limit);
  }

  @Override
  public Page<PlacedReceipt> receipts(Cursor after, Cursor until, int limit) {
    return page(receipts, after, until, limit);
  }

  @Override
  public Page<PlacedCorrection> houseCorrections(Cursor after, Cursor until, int limit) {
    return page(corrections, after, until, limit);
  }

  @Override
  public Checkpoint checkpoint() {
    throw new UnsupportedOperationException();
  }

  private static <T> Page<T> page(List<T> items, Cursor after, Cursor until, int limit) {
    if (!after.within(until)) {
      throw new IllegalArgumentException("the cursor " + after + " is not before " + until);
    }
    int first = (int) after.of(1);
    int end = (int) Math.min(until.of(1), first + limit);
    return new Page<>(items.subList(first, end), new Cursor(Map.of(1, (long) end)));
  }
}
