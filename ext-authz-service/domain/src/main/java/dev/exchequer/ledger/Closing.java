package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Endings;
import dev.exchequer.ledger.Change.IdempotencyKey;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.receipt.Receipt;
import dev.exchequer.selection.RequestFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Ends requests: the one place where receipts are written, or, in a flood of refusals, not written. */
final class Closing {
  /** How long an Idempotency-Key stays taken once its request cost something or is in doubt. */
  private static final long KEY_KEPT_MS = 24 * 3_600_000L;

  private final Draft draft;

  Closing(Draft draft) {
    this.draft = draft;
  }

  /** No hop was tried. Above what a key gets in a second there is no receipt, only one more in the count of that second. */
  Result.Refused denied(RequestFacts facts, Ending ending, List<Receipt.Hop> skipped) {
    if (!draft.state().refusals().mayWrite(facts.apiKey().toString(), draft.now())) {
      draft.put(new Change.RefusalCounted(facts.apiKey(), Refusals.secondOf(draft.now()), ending.code()));
      return new Result.Refused(ending, null);
    }
    draft.put(new Change.ReceiptWritten(receipt(facts, "Denied", skipped, ending, false, null)));
    return new Result.Refused(ending, facts.id());
  }

  /** The next attempt found no hop, although the one before was told to move on: the request ends as that one did. */
  Result.Refused exhausted(RunningRequest request, Walk.Nothing nothing) {
    List<Receipt.Hop> hops = new ArrayList<>(request.hops());
    hops.addAll(nothing.skipped());
    Ending ending = Endings.withSkips(Objects.requireNonNull(request.lastEnding()), nothing.clauses());
    end(request, "Failed", hops, ending, false, request.firstByteMs());
    return new Result.Refused(ending, request.facts().id());
  }

  void end(RunningRequest request, String status, List<Receipt.Hop> hops, @Nullable Ending ending, boolean clientGone, @Nullable Long firstByteMs) {
    RequestFacts facts = request.facts();
    draft.put(new Change.ReceiptWritten(receipt(facts, status, hops, ending, clientGone, firstByteMs)));
    draft.put(new Change.RequestEnded(request));
    String key = facts.idempotencyKey();
    if (key != null) {
      boolean keep = status.equals("InDoubt") || hops.stream().anyMatch(hop -> hop.charge() != null && hop.charge() != 0);
      IdempotencyKey taken = new IdempotencyKey(facts.apiKey(), key, facts.id(), draft.now() + KEY_KEPT_MS);
      draft.put(keep ? new Change.KeyTaken(taken) : new Change.KeyFreed(taken));
    }
  }

  private Receipt receipt(RequestFacts facts, String status, List<Receipt.Hop> hops, @Nullable Ending ending, boolean clientGone, @Nullable Long firstByteMs) {
    Endpoint endpoint = facts.endpoint();
    Integer finalHop = null;
    int attempts = 0;
    for (Receipt.Hop hop : hops) {
      if (hop.attempt() != null) {
        finalHop = hop.hop();
        attempts++;
      }
    }
    return new Receipt(
        facts.id(), status, facts.timeMs(), draft.now(), facts.apiKey().toString(), facts.keyLabel(), facts.project().toString(), facts.owner(), absent(facts.task()),
        absent(facts.endUser()), facts.clientRequestId(), facts.idempotencyKey(), endpoint == null ? null : endpoint.text(), facts.requestedModel(),
        facts.route() == null ? null : facts.route().toString(), facts.routeGeneration(), facts.fallbackDigest(), facts.planDigest(), facts.streamed(), clientGone,
        finalHop, Math.max(0, attempts - 1), Math.max(0, draft.now() - facts.timeMs()), firstByteMs,
        ending == null ? null : new Receipt.Error(ending.httpStatus(), ending.code(), ending.message()), totals(hops), hops);
  }

  /** What these hops were charged, by unit. */
  static List<Receipt.Total> totals(List<Receipt.Hop> hops) {
    Map<String, Long> totals = new TreeMap<>();
    for (Receipt.Hop hop : hops) {
      if (hop.charge() != null && hop.charge() != 0 && hop.unit() != null) {
        totals.merge(hop.unit(), hop.charge(), Math::addExact);
      }
    }
    List<Receipt.Total> sums = new ArrayList<>();
    totals.forEach((unit, charge) -> sums.add(new Receipt.Total(unit, charge)));
    return sums;
  }

  private static @Nullable String absent(String text) {
    return text.isEmpty() ? null : text;
  }
}
