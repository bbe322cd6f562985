package dev.exchequer.server.store.chain;

import dev.exchequer.server.store.LedgerReads.EntryRow;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Gives records their places, one after the other: what a chain's writer does in a batch, and what who verifies it repeats. The bytes that are hashed stand in
 * docs/design/ledger-proof.md. Not for several threads.
 */
public final class ChainWriter {
  private final Canonical canonical = new Canonical();
  private Place head;

  /** @param head after which it goes on */
  public ChainWriter(Place head) {
    this.head = head;
  }

  /**
   * hash(0) of a chain.
   *
   * @param before the last hash of the chain that it follows; null = it follows none
   */
  public static Hash start(String ledger, String writer, long epoch, @Nullable Hash before) {
    Canonical canonical = new Canonical();
    canonical.begin(null, 'S').text(ledger).text(writer).number(epoch).hash(before);
    return canonical.hashed();
  }

  /** The place of the last record. */
  public Place head() {
    return head;
  }

  public Place entry(EntryRow e) {
    canonical
        .begin(head.hash(), 'E').place(head.number() + 1)
        .text(e.balance()).number(e.sequence()).number(e.time()).text(e.kind()).number(e.amount()).number(e.before()).number(e.after())
        .text(e.receipt()).number(e.attempt() == null ? null : Long.valueOf(e.attempt())).text(e.actor()).text(e.reason())
        .number((long) e.allocations().size());
    e.allocations().forEach(allocation -> canonical.text(allocation.grant()).number(allocation.amount()));
    return next();
  }

  public Place receipt(ReceiptFacts r) {
    canonical
        .begin(head.hash(), 'R').place(head.number() + 1)
        .text(r.id()).number(r.timeMs()).text(r.apiKey()).text(r.project()).text(r.route()).text(r.model()).text(r.status()).text(r.task()).text(r.endUser())
        .hash(r.digest());
    return next();
  }

  /** Of a correction. */
  public Place house(HouseFacts h) {
    canonical
        .begin(head.hash(), 'H').place(head.number() + 1)
        .text(h.receipt()).number((long) h.attempt()).text(h.kind()).text(h.stripe()).text(h.provider()).text(h.unit()).number(h.timeMs()).number(h.amount())
        .text(h.sheet()).text(h.digest());
    return next();
  }

  private Place next() {
    head = new Place(head.chain(), head.number() + 1, canonical.hashed());
    return head;
  }

  /** The digest of a receipt's stored JSON, by which it stands in the chain. */
  public static Hash digest(String body) {
    return Canonical.sha256(body.getBytes(StandardCharsets.UTF_8));
  }
}
