package dev.exchequer.server.store.proof;

import dev.exchequer.server.store.ReceiptJson;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What checkpoints say that a ledger had: the rows come by, and each has to be what was written down then. */
final class Witness {
  private record Told<T>(String file, T what) {}

  private final Map<Integer, Map<Long, List<Told<Checkpoint.Head>>>> heads = new HashMap<>();
  private final Map<String, Map<Long, List<Told<Checkpoint.Sum>>>> sums = new HashMap<>();
  private final Map<Long, Map<Long, List<Told<Checkpoint.Pruned>>>> prunings = new HashMap<>();
  private final boolean asked;
  /** Ledger time, milliseconds since the epoch. */
  private @Nullable Told<Long> latest;
  int checkpoints;

  /** @param files checkpoints by the names of their files; those of other ledgers say nothing about this one */
  Witness(String ledger, Map<String, Checkpoint> files) throws Misfit {
    asked = !files.isEmpty();
    files.forEach(
        (file, checkpoint) -> {
          if (checkpoint.ledger().equals(ledger)) {
            checkpoints++;
            if (latest == null || latest.what < checkpoint.timeMs()) {
              latest = new Told<>(file, checkpoint.timeMs());
            }
            checkpoint.heads().forEach(head -> heads.computeIfAbsent(head.chain(), first -> new HashMap<>()).computeIfAbsent(head.number(), first -> new ArrayList<>()).add(new Told<>(file, head)));
            checkpoint.sums().forEach(sum -> sums.computeIfAbsent(sum.balance(), first -> new HashMap<>()).computeIfAbsent(sum.sequence(), first -> new ArrayList<>()).add(new Told<>(file, sum)));
            Checkpoint.Pruned last = checkpoint.pruned();
            if (last != null) {
              prunings.computeIfAbsent(last.pruning(), first -> new HashMap<>()).computeIfAbsent(last.receipts(), first -> new ArrayList<>()).add(new Told<>(file, last));
            }
          }
        });
    Misfit.unless(!asked || checkpoints > 0, "the ledger", "has the id " + ledger + ", and no checkpoint is of it: it is another one than it was");
  }

  /** Is told of each record of a chain, and of its start with number 0. */
  void record(int chain, String writer, long epoch, long number, Hash hash, String row) throws Misfit {
    Map<Long, List<Told<Checkpoint.Head>>> ofChain = heads.get(chain);
    List<Told<Checkpoint.Head>> here = ofChain == null ? null : ofChain.remove(number);
    if (here == null) {
      return;
    }
    for (Told<Checkpoint.Head> told : here) {
      boolean same = told.what.hash().equals(hash) && told.what.writer().equals(writer) && told.what.epoch() == epoch;
      Misfit.unless(same, row, "is not what stood there when " + told.file + " was written: it has number " + number + " and the hash " + hash + ", and then it was " + told.what.hash() + " of " + told.what.writer());
    }
  }

  /** Is told of each entry: what its balance came to. */
  void entry(String balance, long sequence, BigInteger posted, String row) throws Misfit {
    Map<Long, List<Told<Checkpoint.Sum>>> ofBalance = sums.get(balance);
    List<Told<Checkpoint.Sum>> here = ofBalance == null ? null : ofBalance.remove(sequence);
    if (here == null) {
      return;
    }
    for (Told<Checkpoint.Sum> told : here) {
      Misfit.unless(BigInteger.valueOf(told.what.posted()).equals(posted), row, "its after is " + posted + ", and it was " + told.what.posted() + " when " + told.file + " was written");
    }
  }

  /**
   * Is told of each receipt that a pruning shortened, and of its start with 0: a checkpoint may have been written while it went on.
   *
   * @param receipts how many it shortened until then
   * @param hash over what it left until then
   */
  void pruned(long pruning, long receipts, Hash hash, String row) throws Misfit {
    Map<Long, List<Told<Checkpoint.Pruned>>> ofPruning = prunings.get(pruning);
    List<Told<Checkpoint.Pruned>> here = ofPruning == null ? null : ofPruning.remove(receipts);
    if (here == null) {
      return;
    }
    for (Told<Checkpoint.Pruned> told : here) {
      boolean same = told.what.hash().equals(hash);
      Misfit.unless(same, row, "is not what it was when " + told.file + " was written: what it and those before it left of receipts was changed, up to its receipt " + receipts);
    }
  }

  /** Is told of ledger time, which never goes back. */
  void time(long ms) throws Misfit {
    Told<Long> told = latest;
    if (told != null) {
      Misfit.unless(ms >= told.what, "ledger time", "is " + ReceiptJson.time(ms) + ", and it was " + ReceiptJson.time(told.what) + " when " + told.file + " was written: it was set back, or this is a copy from before that");
    }
  }

  /** What was written down of prunings and did not come by was taken away. */
  void noPruningLeft() throws Misfit {
    for (Map.Entry<Long, Map<Long, List<Told<Checkpoint.Pruned>>>> pruning : prunings.entrySet()) {
      for (Map.Entry<Long, List<Told<Checkpoint.Pruned>>> left : pruning.getValue().entrySet()) {
        String file = left.getValue().getFirst().file;
        throw new Misfit("pruning " + pruning.getKey(), "has not shortened " + left.getKey() + " receipts, as it had when " + file + " was written: its record or some of them were taken away");
      }
    }
  }

  /** What was written down and did not come by was taken away. */
  void nothingLeft() throws Misfit {
    for (Map.Entry<Integer, Map<Long, List<Told<Checkpoint.Head>>>> chain : heads.entrySet()) {
      for (Map.Entry<Long, List<Told<Checkpoint.Head>>> left : chain.getValue().entrySet()) {
        Told<Checkpoint.Head> told = left.getValue().getFirst();
        throw new Misfit(
            "chain " + chain.getKey() + " (" + told.what.writer() + ", epoch " + told.what.epoch() + ")",
            "has no number " + left.getKey() + ", which was there when " + told.file + " was written: its last rows were taken away");
      }
    }
  }

  /** The same of entries. */
  void noEntryLeft() throws Misfit {
    for (Map.Entry<String, Map<Long, List<Told<Checkpoint.Sum>>>> balance : sums.entrySet()) {
      for (Map.Entry<Long, List<Told<Checkpoint.Sum>>> left : balance.getValue().entrySet()) {
        Misfit.unless(left.getKey() == 0, "balance " + balance.getKey(), "has no entry " + left.getKey() + ", which was there when " + left.getValue().getFirst().file + " was written");
      }
    }
  }
}
