package dev.exchequer.server.sim;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.ledger.Envelope;
import dev.exchequer.ledger.Hold;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.RunningRequest;
import dev.exchequer.policy.Policy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** What `ledger.db` keeps of the changes: the last form of every row. Entries and receipts are not read by the core. */
final class DiskRows {
  private record Activated(Policy policy, long atMs) {}

  private record Label(ObjectName budget, String task) {}

  private record Slot(ObjectName apiKey, String key) {}

  private final Map<ObjectName, Account> accounts = new LinkedHashMap<>();
  private final Map<HoldId, Hold> holds = new LinkedHashMap<>();
  private final Map<String, RunningRequest> requests = new LinkedHashMap<>();
  private final Map<BucketKey, Bucket> buckets = new LinkedHashMap<>();
  private final Map<Label, Envelope> envelopes = new LinkedHashMap<>();
  private final Map<Slot, Change.IdempotencyKey> keys = new LinkedHashMap<>();
  private final Map<String, Change.GrantRecord> grants = new LinkedHashMap<>();
  private final Map<String, Activated> policies = new LinkedHashMap<>();
  private final Map<String, JournalPosition> journal = new LinkedHashMap<>();

  void apply(Change change) {
    switch (change) {
      case Change.AccountChanged c -> accounts.put(c.account().name(), c.account());
      case Change.HoldChanged c -> holds.put(c.hold().id(), c.hold());
      case Change.RequestChanged c -> requests.put(c.request().facts().id(), c.request());
      case Change.RequestEnded c -> requests.remove(c.request().facts().id());
      case Change.BucketChanged c -> buckets.put(c.bucket().key(), c.bucket());
      case Change.KeyTaken c -> keys.put(new Slot(c.key().apiKey(), c.key().key()), c.key());
      case Change.KeyFreed c -> keys.remove(new Slot(c.key().apiKey(), c.key().key()));
      case Change.GrantRecorded c -> grants.put(c.grant().key(), c.grant());
      case Change.PolicyActivated c -> {
        policies.remove(c.policy().digest());
        policies.put(c.policy().digest(), new Activated(c.policy(), c.atMs()));
      }
      case Change.PolicyDropped c -> policies.remove(c.digest());
      case Change.JournalRead c -> journal.put(c.position().file(), c.position());
      case Change.EntryPosted c -> {}
      case Change.HousePosted c -> {}
      case Change.ReceiptWritten c -> {}
      case Change.EnvelopeChanged c -> envelopes.put(new Label(c.envelope().budget(), c.envelope().task()), c.envelope());
      case Change.AlertRaised c -> {}
      case Change.AlertTried c -> {}
      case Change.RefusalCounted c -> {}
      case Change.AdmissionCounted c -> {}
      case Change.EvidenceUnused c -> {}
    }
  }

  LedgerState load(long startedAtMs) {
    LedgerState state = new LedgerState(startedAtMs, id -> Optional.ofNullable(holds.get(id)));
    accounts.values().forEach(account -> state.apply(new Change.AccountChanged(account)));
    buckets.values().forEach(bucket -> state.apply(new Change.BucketChanged(bucket)));
    envelopes.values().forEach(envelope -> state.apply(new Change.EnvelopeChanged(envelope)));
    grants.values().forEach(grant -> state.apply(new Change.GrantRecorded(grant)));
    policies.values().forEach(activated -> state.apply(new Change.PolicyActivated(activated.policy, activated.atMs)));
    requests.values().forEach(request -> state.apply(new Change.RequestChanged(request)));
    holds.values().stream().filter(Hold::active).forEach(hold -> state.apply(new Change.HoldChanged(hold)));
    keys.values().forEach(key -> state.apply(new Change.KeyTaken(key)));
    journal.values().forEach(position -> state.apply(new Change.JournalRead(position)));
    return state;
  }
}
