package dev.exchequer.server.store;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Alert;
import dev.exchequer.ledger.Envelope;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What reports are made of: long rows of the past, told one by one. Each question is one read transaction on a connection of its own, so what it tells fits
 * together, and neither the lane nor other readers wait for it. Blocking: not for gRPC threads.
 */
public interface LedgerHistory {

  /** Refusals that were only counted, newest second first; a time is compared with the beginning of their second. */
  LedgerReads.Page<RefusalRow> refusals(RefusalQuery query);

  /** How many refusals were only counted in the seconds that begin in [from, to). */
  long refusalsCounted(long fromMs, long toMs);

  /** Ended holds that better evidence would still correct. */
  UncertainHolds uncertainHolds();

  /** What every provider bills the house, by provider and unit. */
  List<HouseAccount> houseAccounts();

  /** What was said of the task labels of a budget, by label. */
  List<Envelope> tasks(ObjectName budget);

  /** Alerts, newest first. */
  LedgerReads.Page<AlertRow> alerts(AlertQuery query);

  /**
   * Alerts that are to be told by now and that are this gateway's to tell: those that it raised, and those that nobody told for two minutes; who is due longest first.
   *
   * @param nowMs milliseconds since the epoch
   */
  List<AlertRow> alertsDue(long nowMs, int limit);

  /** How many alerts wait to be told, by whichever gateway. */
  long alertsWaiting();

  /** Every receipt whose request came in [from, to), oldest first. */
  void receipts(long fromMs, long toMs, Consumer<ReceiptRow> each);

  /**
   * The entries of a balance in [from, to), in their order.
   *
   * @return what there was before the first of them; empty, and nothing told, if the ledger has no such balance
   */
  Optional<Opening> entries(ObjectName balance, long fromMs, long toMs, Consumer<PostedRow> each);

  /** The whole of it, in the order in which it was written. */
  LedgerExport export();

  /** @param cursor nextCursor of the page before, null = from the newest */
  record AlertQuery(@Nullable String cursor, int limit) {}

  /**
   * @param attempts to tell it
   * @param nextAttemptMs milliseconds since the epoch; null = it was told, or given up
   * @param deliveredAtMs null = it was not told
   * @param error of the last attempt
   */
  record AlertRow(Alert alert, int attempts, @Nullable Long nextAttemptMs, @Nullable Long deliveredAtMs, @Nullable String error) {}

  /**
   * @param estimated charged by an estimate
   * @param inDoubt their lease was over although they were sent
   * @param leaseVoided their lease was over and nothing shows that they were sent
   */
  record UncertainHolds(long estimated, long inDoubt, long leaseVoided) {}

  /**
   * @param key namespace/name, null = all
   * @param from milliseconds since the epoch, inclusive, null = since ever
   * @param to exclusive, null = until now
   * @param cursor nextCursor of the page before
   */
  record RefusalQuery(@Nullable String key, @Nullable Long from, @Nullable Long to, @Nullable String cursor, int limit) {}

  /**
   * Refusals of one key and code in one second that have no receipt.
   *
   * @param secondMs its beginning in ledger time, milliseconds since the epoch
   */
  record RefusalRow(String apiKey, long secondMs, String code, long count) {}

  /**
   * @param timeMs when the request came
   * @param body the stored JSON, without corrections
   * @param later what was posted to it after its charges: corrections, refunds, by balance and in their order
   */
  record ReceiptRow(String id, long timeMs, String body, List<Later> later) {}

  /** @param nanos of the unit; may be more than one amount can be */
  record HouseAccount(String provider, String unit, BigInteger nanos, long entries) {}

  /**
   * @param kind as of entries; {@link Later#HOUSE} for a correction of what the provider bills
   * @param amount signed nano-units: more charged is negative; of HOUSE: more billed is positive
   */
  record Later(String kind, @Nullable Integer attempt, String unit, long amount) {
    public static final String HOUSE = "HouseCorrection";
  }

  /** Posted, in nano-units, and the sequence of the last entry before a time; 0 and 0 before the first. */
  record Opening(String unit, long posted, long sequence) {}

  /**
   * An entry, with the request that it belongs to.
   *
   * @param apiKey null where there is no receipt: no request, or one that still runs
   * @param model that was asked for, null where there is no receipt or it names none
   */
  record PostedRow(LedgerReads.EntryRow entry, @Nullable String apiKey, @Nullable String model) {}
}
