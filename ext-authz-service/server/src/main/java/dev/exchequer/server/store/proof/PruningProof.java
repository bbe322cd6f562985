package dev.exchequer.server.store.proof;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.chain.PruningSum;
import dev.exchequer.server.store.prune.ShortReceipt;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every pruning against what it left: number, last receipt and hash; each of them with a digest, from before its limit. That digests are right is the chains' to say. */
final class PruningProof {
  private record Told(long id, String actor, long begunMs, long beforeMs, long receipts, @Nullable String lastReceipt, Hash hash) {
    String row() {
      return "pruning " + id + " (by " + actor + ")";
    }
  }

  private final String ledger;
  private final Witness witness;
  long receipts;
  /** The latest limit of all; null = nothing was pruned. */
  @Nullable Long beforeMs;

  /** @param ledger its id */
  PruningProof(String ledger, Witness witness) {
    this.ledger = ledger;
    this.witness = witness;
  }

  void read(Rows rows) throws SQLException, Misfit {
    rows.each(
        "SELECT id FROM receipts WHERE pruning IS NOT NULL AND pruning NOT IN (SELECT id FROM prunings) ORDER BY pruning, time, id LIMIT 1",
        r -> Misfit.unless(false, "receipt " + r.getString(1), ReceiptProof.NO_PRUNING));
    List<Told> all = new ArrayList<>();
    rows.each("SELECT id, actor, begun, before, receipts, last_receipt, hash FROM prunings ORDER BY id", r -> all.add(told(r)));
    Hash before = null;
    long expected = 1;
    for (Told pruning : all) {
      Misfit.unless(pruning.id == expected, pruning.row(), "the one before it is " + (expected - 1));
      read(rows, pruning, PruningSum.start(ledger, before, pruning.id, pruning.actor, pruning.begunMs, pruning.beforeMs));
      before = pruning.hash;
      beforeMs = beforeMs == null ? pruning.beforeMs : Math.max(beforeMs, pruning.beforeMs);
      receipts += pruning.receipts;
      expected++;
    }
    witness.noPruningLeft();
  }

  private static Told told(ResultSet r) throws SQLException, Misfit {
    return new Told(r.getLong(1), r.getString(2), r.getLong(3), r.getLong(4), r.getLong(5), r.getString(6), hash(r.getBytes(7), "pruning " + r.getLong(1)));
  }

  private void read(Rows rows, Told pruning, Hash start) throws SQLException, Misfit {
    PruningSum sum = new PruningSum(start);
    long[] count = {0};
    @Nullable String[] last = {null};
    witness.pruned(pruning.id, 0, start, pruning.row());
    rows.each(
        "SELECT id, time, digest, body FROM receipts WHERE pruning = " + pruning.id + " ORDER BY pruning, time, id",
        r -> {
          String id = r.getString(1);
          String row = "receipt " + id;
          Misfit.unless(r.getLong(2) < pruning.beforeMs, row, "is not older than the limit of " + pruning.row());
          Hash digest = hash(r.getBytes(3), row);
          JsonNode removed = Rows.json(r.getString(4), row).path(ShortReceipt.REMOVED);
          boolean same = removed.path("digest").asText().equals(digest.toString()) && removed.path("pruning").asLong() == pruning.id && removed.path("by").asText().equals(pruning.actor);
          Misfit.unless(same, row, "does not say how its details were removed as " + pruning.row() + " does");
          sum.add(id, digest, r.getString(4));
          witness.pruned(pruning.id, ++count[0], sum.hash(), pruning.row());
          last[0] = id;
        });
    Misfit.unlessEqual(count[0], pruning.receipts, pruning.row(), "the number of its receipts");
    Misfit.unless(java.util.Objects.equals(last[0], pruning.lastReceipt), pruning.row(), "its last receipt is " + pruning.lastReceipt + ", and " + last[0] + " is");
    Misfit.unlessEqual(sum.hash(), pruning.hash, pruning.row(), "what it left of receipts was changed: its hash");
  }

  private static Hash hash(byte @Nullable [] bytes, String row) throws Misfit {
    if (bytes == null || bytes.length != Hash.LENGTH) {
      throw new Misfit(row, "its hash or digest is none: it has " + (bytes == null ? 0 : bytes.length) + " bytes");
    }
    return Hash.of(bytes);
  }
}
