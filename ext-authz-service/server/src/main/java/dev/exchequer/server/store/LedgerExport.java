package dev.exchequer.server.store;

import dev.exchequer.server.store.chain.Cursor;
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.util.List;

/**
 * All entries, receipts and corrections of house costs of all writers, each kind by itself, in an order that never changes: a range between two cursors is the same records whenever it is read and however it is
 * cut into pages. Who has read up to a cursor has missed nothing before it, also while others write. Blocking: not for gRPC threads.
 */
public interface LedgerExport {
  /** How far everything goes that is committed now. */
  Cursor end();

  /** Where every chain ends now, and what every balance comes to. */
  Checkpoint checkpoint();

  /**
   * @param after cursor of what was read before
   * @param until how far to read at most
   * @throws IllegalArgumentException if a cursor is not of this ledger, or `after` is not before `until`
   */
  Page<PlacedEntry> entries(Cursor after, Cursor until, int limit);

  /** As {@link #entries}. */
  Page<PlacedReceipt> receipts(Cursor after, Cursor until, int limit);

  /** As {@link #entries}. */
  Page<PlacedCorrection> houseCorrections(Cursor after, Cursor until, int limit);

  /** @param reached how far this has read; `until` when there is no more */
  record Page<T>(List<T> items, Cursor reached) {}

  record PlacedEntry(LedgerReads.EntryRow entry, Place place) {}

  /** @param body the stored JSON */
  record PlacedReceipt(ReceiptFacts facts, String body, Place place) {}

  /** Better evidence of what a provider bills the house. */
  record PlacedCorrection(HouseFacts correction, Place place) {}
}
