package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.store.proof.LedgerProof;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches, decided in memory over a real file. A request holds 0.1011 and costs 0.10003. */
class LocalLedgerTest {
  private static final long START = 1_772_323_200_000L; // 2026-03-01

  @TempDir Path data;
  private final SetClock clock = new SetClock(START);
  private final World world = new World();
  private Policy policy;

  @BeforeEach
  void policy() {
    world.credit = "10000";
    world.withConsent = false;
    world.concurrency = 100_000;
    world.maxInFlight = 100_000;
    world.now = START;
    policy = world.policy();
    world.apply(new Command.Activate(policy));
  }

  private LocalLedger ledger(SqliteStore store, Decider decider) {
    store.remember(policy.digest(), policy.digest().getBytes(StandardCharsets.UTF_8));
    LocalLedger ledger = new LocalLedger(store, clock, decider);
    assertThat(results(ledger, List.of(new Command.Activate(policy)))).hasSize(1);
    return ledger;
  }

  private SqliteStore store() {
    return SqliteStore.open(data, bytes -> policy);
  }

  private List<Command> admissions(int from, int to) {
    return IntStream.range(from, to).<Command>mapToObj(i -> new Command.Admit(world.facts("r" + i, "", null), ProviderView.ALL_WELL)).toList();
  }

  private static Command settlement(int i) {
    return new Command.Settle(new HoldId("r" + i, 1), World.ok(20, 10), ProviderView.ALL_WELL);
  }

  private static List<Result> results(LocalLedger ledger, List<Command> commands) {
    return ledger.decide(commands).stream().map(answer -> Objects.requireNonNull(answer.result(), () -> "refused: " + answer.failure())).toList();
  }

  private LedgerProof.Fits proof() throws Exception {
    return LedgerProof.of(data.resolve("ledger.db"), rows -> {});
  }

  /** Memory keeps 20,000 ended holds. One that this very batch ended and that memory has forgotten would be found in the store as it was before: open, to be charged once more. */
  @Test
  void moreLeasesThanMemoryKeepsEndAtOnceAndOneOfThemIsHeardOf() throws Exception {
    int holds = 20_500;
    LedgerState memory;
    try (SqliteStore store = store()) {
      LocalLedger ledger = ledger(store, Decider.CORE);
      for (int i = 0; i < holds; i += 500) {
        assertThat(results(ledger, admissions(i, i + 500))).hasOnlyElementsOfType(Result.Held.class);
      }
      clock.forward(200_000);
      List<Command> batch = new ArrayList<>(List.of(new Command.Sweep()));
      IntStream.range(0, 10).mapToObj(LocalLedgerTest::settlement).forEach(batch::add);
      assertThat(results(ledger, batch).subList(1, 11)).allSatisfy(settled -> assertThat(((Result.Settled) settled).known()).isTrue());
      assertThat(ledger.current().activeHolds()).isEmpty();
      assertThat(ledger.current().account(World.CREDIT).orElseThrow().held()).isZero();
      assertThat(results(ledger, List.of(settlement(0)))).as("now it is looked up").containsExactly(results(ledger, List.of(settlement(0))).getFirst());
      memory = ledger.current();
    }
    assertThat(memory.hold(new HoldId("r" + (holds - 1), 1))).as("the last ones are in memory").isPresent();
    assertThatThrownBy(() -> memory.hold(new HoldId("r10", 1))).as("the first ones are not any more, and the store is closed").isInstanceOf(LedgerLane.LedgerUnavailable.class);
    LedgerProof.Fits fits = proof();
    assertThat(fits.holds()).isEqualTo(holds);
    assertThat(fits.receipts()).isEqualTo(holds);
    try (SqliteStore store = store()) {
      Account account = store.load(clock.millis()).account(World.CREDIT).orElseThrow();
      assertThat(account.held()).isZero();
      assertThat(account.posted()).as("what was heard of is corrected, each once").isEqualTo(Money.parse("10000") - 10 * Money.parse("0.10003"));
    }
  }

  /** A bug in deciding one of many: it gets no answer, all others are decided as if it had not come. */
  @Test
  void oneThatCannotBeDecidedSpoilsNoOther() throws Exception {
    IllegalStateException bug = new IllegalStateException("a bug");
    try (SqliteStore store = store()) {
      LocalLedger ledger =
          ledger(
              store,
              (state, command, nowMs) -> {
                var decision = Decider.CORE.apply(state, command, nowMs); // half done when it is seen to be wrong
                if (command instanceof Command.Admit admit && admit.facts().id().equals("r120")) {
                  throw bug;
                }
                return decision;
              });
      List<BatchLedger.Answer> answers = ledger.decide(admissions(0, 200));
      assertThat(answers.get(120).failure()).isSameAs(bug);
      assertThat(answers).filteredOn(answer -> answer.result() instanceof Result.Held).hasSize(199);
      assertThat(((Result.Settled) results(ledger, List.of(settlement(120))).getFirst()).known()).isFalse();
      assertThat(ledger.current().account(World.CREDIT).orElseThrow().held()).isEqualTo(199 * Money.parse("0.1011"));
    }
    assertThat(proof().holds()).isEqualTo(199);
  }

  /** What is decided in the middle of a batch sees what was decided before it, although nothing of that is committed. */
  @Test
  void whatABatchDecidesSeesWhatItDecidedBefore() throws Exception {
    world.credit = "1"; // room for nine holds
    policy = world.policy();
    world.apply(new Command.Activate(policy));
    try (SqliteStore store = store()) {
      LocalLedger ledger = ledger(store, Decider.CORE);
      List<Command> batch = new ArrayList<>(admissions(0, 100));
      IntStream.range(0, 9).mapToObj(LocalLedgerTest::settlement).forEach(batch::add);
      batch.addAll(admissions(5, 6));
      List<Result> results = results(ledger, batch);
      assertThat(results.subList(0, 9)).hasOnlyElementsOfType(Result.Held.class);
      assertThat(results.subList(9, 100)).hasOnlyElementsOfType(Result.Refused.class);
      assertThat(results.getLast()).as("the same admission again has the first answer").isEqualTo(results.get(5));
    }
    LedgerProof.Fits fits = proof();
    assertThat(fits.holds()).isEqualTo(9);
    assertThat(fits.entries()).as("two grants and nine charges").isEqualTo(11);
  }
}
