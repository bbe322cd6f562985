package dev.exchequer.server.store.chain;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a pruning left, as one hash: of each receipt its id, the digest of what stood there and the digest of the short form, in the order of time and id. */
public final class PruningSum {
  private final Canonical canonical = new Canonical();
  private Hash hash;

  /** @param hash after which it goes on */
  public PruningSum(Hash hash) {
    this.hash = hash;
  }

  /**
   * Of a pruning that left nothing yet.
   *
   * @param ledger its id
   * @param before the hash of the pruning before it; null = there is none
   * @param begunMs milliseconds since the epoch
   * @param limitMs receipts of requests that came before it
   */
  public static Hash start(String ledger, @Nullable Hash before, long id, String actor, long begunMs, long limitMs) {
    Canonical canonical = new Canonical();
    canonical.begin(null, 'P').text(ledger).number(id).text(actor).number(begunMs).number(limitMs).hash(before);
    return canonical.hashed();
  }

  public Hash hash() {
    return hash;
  }

  /** @param shortForm the JSON that stands there now */
  public void add(String id, Hash digest, String shortForm) {
    canonical.begin(hash, 'p').text(id).hash(digest).hash(Canonical.sha256(shortForm.getBytes(StandardCharsets.UTF_8)));
    hash = canonical.hashed();
  }
}
