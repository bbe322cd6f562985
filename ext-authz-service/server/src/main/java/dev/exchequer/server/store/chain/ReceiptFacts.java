package dev.exchequer.server.store.chain;

import dev.exchequer.receipt.Receipt;
import org.jspecify.annotations.Nullable;

/**
 * What a chain says of a receipt: the columns that are searched by, and the digest of its stored JSON.
 *
 * @param timeMs when the request came, milliseconds since the epoch
 * @param digest {@link ChainWriter#digest}
 */
public record ReceiptFacts(
    String id,
    long timeMs,
    String apiKey,
    String project,
    @Nullable String route,
    @Nullable String model,
    String status,
    @Nullable String task,
    @Nullable String endUser,
    Hash digest) {

  /** @param body its JSON as it is stored */
  public static ReceiptFacts of(Receipt r, String body) {
    return new ReceiptFacts(r.id(), r.time(), r.apiKey(), r.project(), r.route(), r.requestedModel(), r.status(), r.task(), r.endUser(), ChainWriter.digest(body));
  }
}
