package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.server.admin.Explanation;
import dev.exchequer.server.store.chain.Hash;
import dev.exchequer.server.store.checkpoint.Checkpoint;
import dev.exchequer.server.store.proof.LedgerProof;
import dev.exchequer.server.store.proof.Misfit;
import dev.exchequer.server.store.prune.Pruner;
import dev.exchequer.server.store.prune.Pruning;
import dev.exchequer.server.store.prune.SqlPruner;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Details of old receipts go, and money, sums and proof stay: on either store. */
public abstract class PruningCases extends PruningWorld {
  @Test
  void detailsGoAndEverySumStays() throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 5);
      Pruner pruner = ledger.home.pruner();
      List<Object> before = reports(ledger.home);
      String whole = ledger.reads.receipt("a000").orElseThrow();
      assertThat(whole).contains("ada@example", "client-a000", "\"lines\":[{");

      long limit = pruner.latestLimit();
      assertThat(limit).isEqualTo(NOW + DAY);
      assertThat(pruner.preview(limit)).isEqualTo(new Pruner.Preview(limit, 6, NOW, NOW));
      assertThat(ledger.reads.receipt("a000")).as("a preview changes nothing").contains(whole);
      Pruning done = pruned(pruner, limit);

      assertThat(done.receipts()).isEqualTo(6);
      assertThat(done.state()).isEqualTo(Pruning.State.DONE);
      assertThat(pruner.prunings(9)).containsExactly(done);
      assertThat(reports(ledger.home)).isEqualTo(before);
      String left = ledger.reads.receipt("a000").orElseThrow();
      assertThat(left).contains("\"detailsRemoved\":{\"at\":\"2027-01-17T08:00:00.000Z\",\"by\":\"the retention of 90d\",\"pruning\":1,\"digest\":\"", "\"corrections\":[{");
      assertThat(left).doesNotContain("ada@example", "client-a000", "\"lines\"", "owner", "keyLabel");
      assertThat(Explanation.of(left)).contains("its details were removed on 2027-01-17 08:00:00Z by the retention of 90d", "paid by default/credit");
      assertThat(Explanation.of(left.replace("\"by\":\"" + ACTOR + "\"", "\"by\":null"))).as("to applications").contains("its details were removed on 2027-01-17 08:00:00Z: prices");
      assertThat(Explanation.of(ledger.reads.receipt("ax").orElseThrow())).contains("refused with 400 bad_request\n").doesNotContain("secret text");
      assertThat(ledger.reads.receipt("b000").orElseThrow()).contains("ada@example", "\"lines\":[{");
      LedgerProof.Fits fits = proof();
      assertThat(fits.pruned()).isEqualTo(6);
      assertThat(fits.prunedBeforeMs()).isEqualTo(limit);
      assertThat(fits.receipts()).isEqualTo(18);

      assertThat(pruner.begin(ACTOR, limit)).as("nothing is left to do").isEmpty();
      clock.forward(DAY);
      day(ledger, "d", 1);
      assertThat(pruned(pruner, pruner.latestLimit()).receipts()).isEqualTo(6);
      assertThat(proof().pruned()).isEqualTo(12);
    }
    try (OpenLedger again = open(world(), clock)) {
      Result refunded = again.lane.submit(new Command.Refund("a002", 1, 1_000, "jane", "also bad", "k2")).join();
      assertThat(refunded).as("money of a receipt without details can be given back").isNotInstanceOf(Result.Rejected.class);
      assertThat(again.reads.receipt("a002").orElseThrow()).contains("also bad");
      assertThat(proof().pruned()).isEqualTo(12);
    }
  }

  /** Ended long after the limits had passed that its request came before: the next run finds it. */
  @Test
  void whatEndsMuchLaterIsFound() throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      ledger.world.now = clock.millis();
      ledger.lane.submit(new Command.Admit(facts(ledger, "slow"), ProviderView.ALL_WELL)).join();
      day(ledger, "a", 2);
      Pruner pruner = ledger.home.pruner();
      for (String name : List.of("b", "c", "d")) {
        clock.forward(9 * DAY);
        day(ledger, name, 2);
        assertThat(pruned(pruner, pruner.latestLimit()).receipts()).as(name).isEqualTo(3);
      }
      assertThat(pruner.begin(ACTOR, pruner.latestLimit())).as("nothing is there, and slow runs").isEmpty();
      ledger.lane.submit(new Command.Settle(new HoldId("slow", 1), World.ok(20, 10), ProviderView.ALL_WELL)).join();
      assertThat(ledger.reads.receipt("slow").orElseThrow()).contains("\"lines\":[{");
      assertThat(pruner.preview(pruner.latestLimit()).receipts()).isEqualTo(1);
      assertThat(pruned(pruner, pruner.latestLimit()).receipts()).isEqualTo(1);
      assertThat(ledger.reads.receipt("slow").orElseThrow()).doesNotContain("\"lines\"", "ada@example");
      clock.forward(9 * DAY);
      day(ledger, "e", 2);
      assertThat(pruner.preview(pruner.latestLimit())).as("it is looked for no longer").isEqualTo(new Pruner.Preview(pruner.latestLimit(), 3, NOW + 27 * DAY, NOW + 27 * DAY));
      assertThat(proof().pruned()).isEqualTo(10);
    }
  }

  @Test
  void whatIsNotADayOldStays() {
    try (OpenLedger ledger = open(world(), clock)) {
      day(ledger, "a", 2);
      Pruner pruner = ledger.home.pruner();
      assertThatThrownBy(() -> pruner.begin(ACTOR, NOW - DAY + 1)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("a day at least");
      assertThat(pruner.begin(ACTOR, NOW - DAY)).isEmpty();
      clock.forward(9 * DAY);
      assertThatThrownBy(() -> pruner.begin(ACTOR, NOW + 1)).as("the ledger's time is what counts while the clock alone runs ahead").isInstanceOf(IllegalArgumentException.class);
      assertThat(pruner.prunings(9)).isEmpty();
    }
  }

  /** The process ends inside a batch; the next one goes on, and what a batch did it did once. */
  @Test
  void aCrashLosesABatchOrNothing() throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 9);
      List<Object> before = reports(ledger.home);
      SqlPruner.Door door = door(ledger);
      SqlPruner crashing = new SqlPruner(new CrashingDoor(door, 4), clock, receiptsByTime(), 3);
      try (Pruner.Run run = crashing.begin("who crashed", NOW + 1).orElseThrow()) {
        assertThatThrownBy(() -> run.toEnd(() -> false)).isInstanceOf(LedgerLane.LedgerUnavailable.class).hasMessageContaining("the power went");
      }
      assertThat(proof().pruned()).as("two batches of three").isEqualTo(6);
      assertThat(reports(ledger.home)).isEqualTo(before);
      assertThat(ledger.home.pruner().prunings(1).getFirst().state()).isEqualTo(Pruning.State.RUNNING);

      Pruning rest = pruned(ledger.home.pruner(), NOW + 1);
      assertThat(rest.receipts()).isEqualTo(4);
      assertThat(ledger.home.pruner().prunings(9)).extracting(Pruning::state).containsExactly(Pruning.State.DONE, Pruning.State.BROKEN_OFF);
      assertThat(proof().pruned()).isEqualTo(10);
      assertThat(reports(ledger.home)).isEqualTo(before);
    }
  }

  @Test
  void oneIsStoppedAndNobodyElseBeginsMeanwhile() throws Exception {
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 9);
      SqlPruner small = new SqlPruner(door(ledger), clock, receiptsByTime(), 2);
      try (Pruner.Run run = small.begin(ACTOR, NOW + DAY).orElseThrow()) {
        assertThatThrownBy(() -> ledger.home.pruner().begin(ACTOR, NOW + DAY)).isInstanceOf(Pruner.Busy.class);
        int[] asked = {0};
        Pruning stopped = run.toEnd(() -> asked[0]++ == 2);
        assertThat(stopped.state()).isEqualTo(Pruning.State.BROKEN_OFF);
        assertThat(stopped.receipts()).isEqualTo(4);
      }
      assertThat(pruned(ledger.home.pruner(), NOW + DAY).receipts()).isEqualTo(6);
      assertThat(proof().pruned()).isEqualTo(10);
    }
  }

  @Test
  void requestsGoOnWhileDetailsGo() throws Exception {
    World rich = world();
    rich.credit = "1000000"; // a fast machine makes more requests meanwhile
    try (OpenLedger ledger = open(rich, clock)) {
      threeDays(ledger, 150);
      SqlPruner small = new SqlPruner(door(ledger), clock, receiptsByTime(), 5);
      AtomicBoolean over = new AtomicBoolean();
      CompletableFuture<Pruning> pruning =
          CompletableFuture.supplyAsync(
              () -> {
                try (Pruner.Run run = small.begin(ACTOR, NOW + DAY).orElseThrow()) {
                  return run.toEnd(() -> false);
                } finally {
                  over.set(true);
                }
              });
      int requests = 0;
      while (!over.get() && requests < 5_000) {
        List<CompletableFuture<Result>> settled = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          String id = "m" + requests++;
          settled.add(
            ledger
                .admit(id)
                .thenCompose(
                    held -> {
                      assertThat(held).isInstanceOf(Result.Held.class);
                      return ledger.settle(id);
                    }));
          // of an attempt that ended long ago: read from the store while the batch is decided
          settled.add(ledger.settle("a00" + i));
        }
        assertThat(settled).allSatisfy(each -> assertThat(each.join()).isInstanceOf(Result.Settled.class));
      }
      assertThat(pruning.join().receipts()).isEqualTo(151);
      assertThat(requests).isPositive();
      LedgerProof.Fits fits = proof();
      assertThat(fits.pruned()).isEqualTo(151);
      assertThat(fits.receipts()).isEqualTo(3 * 151 + requests);
    }
  }

  /** False meters in a short form, and every hash after them made anew, as somebody would who knows how: the files that knew better are named. */
  @Test
  void whatIsRewrittenWithAllItsHashesIsNamedByACheckpoint() throws Exception {
    Map<String, Checkpoint> written = new TreeMap<>();
    try (OpenLedger ledger = open(world(), clock)) {
      threeDays(ledger, 3);
      written.put("before", ledger.home.history().export().checkpoint());
      pruned(ledger.home.pruner(), NOW + 1);
      written.put("first", ledger.home.history().export().checkpoint());
      clock.forward(DAY);
      day(ledger, "d", 1);
      SqlPruner small = new SqlPruner(door(ledger), clock, receiptsByTime(), 1);
      try (Pruner.Run run = small.begin(ACTOR, NOW + DAY + 1).orElseThrow()) {
        run.toEnd(
            () -> {
              written.put("during" + written.size(), ledger.home.history().export().checkpoint());
              return false;
            });
      }
      written.put("last", ledger.home.history().export().checkpoint());
    }
    assertThat(Objects.requireNonNull(written.get("before")).pruned()).isNull();
    assertThat(written).containsKeys("during2", "during3", "during4", "during5");
    assertThat(Objects.requireNonNull(written.get("during3")).pruned()).extracting(Checkpoint.Pruned::pruning, Checkpoint.Pruned::receipts).containsExactly(2L, 1L);
    assertThat(proof(written).checkpoints()).isEqualTo(written.size());

    tamper("UPDATE receipts SET body = replace(body, '\"Output\":10', '\"Output\":11') WHERE id = 'b002'");
    rehash();
    assertThat(proof().pruned()).as("it fits itself").isEqualTo(8);
    assertThatThrownBy(() -> proof(written)).isInstanceOf(Misfit.class).hasMessage("pruning 2 (by the retention of 90d): is not what it was when during5 was written: what it and those before it left of receipts was changed, up to its receipt 3");
    tamper("UPDATE receipts SET body = replace(body, '\"Output\":10', '\"Output\":11') WHERE id = 'a000'");
    rehash();
    assertThatThrownBy(() -> proof(written)).isInstanceOf(Misfit.class).hasMessageContaining("pruning 1 (by the retention of 90d): is not what it was when first was written");
    written.remove("first");
    assertThatThrownBy(() -> proof(written)).as("each covers those before it").isInstanceOf(Misfit.class).hasMessageContaining("pruning 2 (by the retention of 90d): is not what it was when during2 was written");
    written.keySet().retainAll(List.of("before"));
    assertThat(proof(written).pruned()).as("nobody wrote it down").isEqualTo(8);

    Checkpoint before = Objects.requireNonNull(written.get("before"));
    written.put("later", new Checkpoint(before.ledger(), before.timeMs(), before.heads(), before.sums(), new Checkpoint.Pruned(2, 5, Hash.of(new byte[Hash.LENGTH]))));
    assertThatThrownBy(() -> proof(written)).isInstanceOf(Misfit.class).hasMessageContaining("pruning 2: has not shortened 5 receipts, as it had when later was written");
  }
}
