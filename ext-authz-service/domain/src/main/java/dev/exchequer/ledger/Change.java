package dev.exchequer.ledger;

import dev.exchequer.budget.Bucket;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Policy;
import dev.exchequer.receipt.Receipt;
import org.jspecify.annotations.Nullable;

/** One durable effect of a command. A store writes all changes of a batch in one transaction; the state in memory is what the same changes make of it. */
public sealed interface Change {
  record AccountChanged(Account account) implements Change {}

  record EntryPosted(Entry entry) implements Change {}

  /** What a provider bills the house for an attempt; no state depends on it. */
  record HousePosted(HouseEntry entry) implements Change {}

  record HoldChanged(Hold hold) implements Change {}

  record RequestChanged(RunningRequest request) implements Change {}

  /** It has its receipt: nothing of it runs any more. */
  record RequestEnded(RunningRequest request) implements Change {}

  record BucketChanged(Bucket bucket) implements Change {}

  record ReceiptWritten(Receipt receipt) implements Change {}

  record KeyTaken(IdempotencyKey key) implements Change {}

  record KeyFreed(IdempotencyKey key) implements Change {}

  record GrantRecorded(GrantRecord grant) implements Change {}

  /** It waits to be told to whoever is to know; durable with what it is about. */
  record AlertRaised(Alert alert) implements Change {}

  /**
   * Somebody tried to tell an alert.
   *
   * @param attempts so far
   * @param nextAtMs when to try again, milliseconds since the epoch; 0 = it is told, or given up
   * @param deliveredAtMs when it was told, 0 = it was not
   * @param error why not, null = nothing went wrong
   */
  record AlertTried(String id, int attempts, long nextAtMs, long deliveredAtMs, @Nullable String error) implements Change {}

  /** What was said of a task label. */
  record EnvelopeChanged(Envelope envelope) implements Change {}

  record PolicyActivated(Policy policy, long atMs) implements Change {}

  record PolicyDropped(String digest) implements Change {}

  /** Usage that was reported of an attempt and changed nothing; told, not stored. */
  record EvidenceUnused(HoldId attempt, LateEvidence.Unused why) implements Change {}

  record JournalRead(Command.JournalPosition position) implements Change {}

  /**
   * A request was refused without a receipt, because its key had its receipts of this second ({@link Refusals}).
   *
   * @param secondMs beginning of the second of ledger time, milliseconds since the epoch
   * @param code of the refusal
   */
  record RefusalCounted(ObjectName apiKey, long secondMs, String code) implements Change {}

  /** For the limit of requests per minute; kept in memory only. */
  record AdmissionCounted(ObjectName apiKey, long atMs) implements Change {}

  /**
   * A client's Idempotency-Key.
   *
   * @param untilMs exclusive; Long.MAX_VALUE while its request runs
   */
  record IdempotencyKey(ObjectName apiKey, String key, String request, long untilMs) {}

  /**
   * A command of people, or a grant of the gateway, that was carried out, by its idempotency key: "initial/<balance>/<id>" or "admin/<key>". The key of a grant
   * is the id of its lot.
   *
   * @param content what the key stands for: the same key with other content is refused
   * @param sequence of its entry; where it made none, of the last one before it
   * @param terms of a grant, null = plain, or not a grant
   */
  record GrantRecord(String key, String content, ObjectName balance, long sequence, long before, long after, @Nullable GrantTerms terms) {
    public GrantRecord(String key, String content, ObjectName balance, long sequence, long before, long after) {
      this(key, content, balance, sequence, before, after, null);
    }
  }
}
