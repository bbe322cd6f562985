package dev.exchequer.server.store.postgres;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Alert;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Change.GrantRecord;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Entry;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.HouseEntry;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.server.store.LedgerReads.EntryRow;
import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.ChainWriter;
import dev.exchequer.server.store.chain.HouseFacts;
import dev.exchequer.server.store.chain.Place;
import dev.exchequer.server.store.chain.ReceiptFacts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The last form of every row that a batch changed, and all that it added. An empty request is one that ended, an empty key one that was freed. */
final class ChangedRows {
  final Map<ObjectName, Account> accounts = new LinkedHashMap<>();
  final Map<HoldId, Hold> holds = new LinkedHashMap<>();
  final Map<String, Optional<RunningRequest>> requests = new LinkedHashMap<>();
  final Map<String, ObjectName> keyOfRequest = new LinkedHashMap<>();
  final Map<BucketKey, Bucket> buckets = new LinkedHashMap<>();
  final Map<String, JournalPosition> journal = new LinkedHashMap<>();
  final Map<Reach.Slot, Optional<IdempotencyKey>> keys = new LinkedHashMap<>();
  final List<PlacedEntry> entries = new ArrayList<>();
  /** All of them, for their sums. */
  final List<HouseEntry> house = new ArrayList<>();
  final List<HouseFacts> houseCosts = new ArrayList<>();
  final List<PlacedCorrection> houseCorrections = new ArrayList<>();
  final List<PlacedReceipt> receipts = new ArrayList<>();
  final Map<Change.RefusalCounted, Long> refusals = new LinkedHashMap<>();
  final Map<String, Envelope> envelopes = new LinkedHashMap<>();
  final List<Alert> alerts = new ArrayList<>();
  final Map<String, Change.AlertTried> tried = new TreeMap<>(); // replicas that tell the same lock it in this order
  final List<GrantRecord> grants = new ArrayList<>();
  /** Digests and when, the one that decides last. */
  final Map<String, Long> activated = new LinkedHashMap<>();

  private final String replica;
  private final ChainWriter chain;

  private ChangedRows(String replica, ChainWriter chain) {
    this.replica = replica;
    this.chain = chain;
  }

  /** With its place in the chain. */
  record PlacedEntry(Entry entry, Place place) {}

  /** With its place in the chain. @param body its JSON as it is stored */
  record PlacedReceipt(Receipt receipt, String body, Place place) {}

  /** With its place in the chain. */
  record PlacedCorrection(HouseFacts correction, Place place) {}

  /**
   * @param replica whose stripe of the house accounts it is
   * @param chain gives entries, receipts and corrections of house costs their places, in the order in which they were decided
   */
  static ChangedRows of(Collection<Change> changes, String replica, ChainWriter chain) {
    ChangedRows rows = new ChangedRows(replica, chain);
    changes.forEach(rows::add);
    return rows;
  }

  private void add(Change change) {
    switch (change) {
      case Change.AccountChanged c -> accounts.put(c.account().name(), c.account());
      case Change.HoldChanged c -> holds.put(c.hold().id(), c.hold());
      case Change.RequestChanged c -> add(c.request(), Optional.of(c.request()));
      case Change.RequestEnded c -> add(c.request(), Optional.empty());
      case Change.BucketChanged c -> buckets.put(c.bucket().key(), c.bucket());
      case Change.JournalRead c -> journal.put(c.position().file(), c.position());
      case Change.KeyTaken c -> keys.put(slot(c.key()), Optional.of(c.key()));
      case Change.KeyFreed c -> keys.put(slot(c.key()), Optional.empty());
      case Change.EntryPosted c -> entries.add(new PlacedEntry(c.entry(), chain.entry(EntryRow.of(c.entry()))));
      case Change.HousePosted c -> add(c.entry());
      case Change.ReceiptWritten c -> add(c.receipt());
      case Change.RefusalCounted c -> refusals.merge(c, 1L, Long::sum);
      case Change.EnvelopeChanged c -> envelopes.put(c.envelope().budget() + " " + c.envelope().task(), c.envelope());
      case Change.AlertRaised c -> alerts.add(c.alert());
      case Change.AlertTried c -> tried.put(c.id(), c);
      case Change.GrantRecorded c -> grants.add(c.grant());
      case Change.PolicyActivated c -> {
        activated.remove(c.policy().digest());
        activated.put(c.policy().digest(), c.atMs());
      }
      // who still names a policy is known to the database: PolicyRows drops it
      case Change.PolicyDropped c -> {}
      case Change.AdmissionCounted c -> {}
      case Change.EvidenceUnused c -> {}
    }
  }

  private void add(RunningRequest request, Optional<RunningRequest> last) {
    requests.put(request.facts().id(), last);
    keyOfRequest.put(request.facts().id(), request.facts().apiKey());
  }

  private void add(HouseEntry entry) {
    house.add(entry);
    HouseFacts facts = HouseFacts.of(entry, replica);
    switch (entry.kind()) {
      case COST -> houseCosts.add(facts);
      case CORRECTION -> houseCorrections.add(new PlacedCorrection(facts, chain.house(facts)));
    }
  }

  private void add(Receipt receipt) {
    String body = ColumnText.json(ReceiptJson.write(receipt));
    receipts.add(new PlacedReceipt(receipt, body, chain.receipt(ReceiptFacts.of(receipt, body))));
  }

  private static Reach.Slot slot(IdempotencyKey key) {
    return new Reach.Slot(key.apiKey(), key.key());
  }
}
