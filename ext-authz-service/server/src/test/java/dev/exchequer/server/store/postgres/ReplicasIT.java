package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.ProviderView;
import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.policy.Budget;
import dev.exchequer.selection.RequestFacts;
import dev.exchequer.server.store.LedgerReads;
import dev.exchequer.server.store.OpenLedger;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Several replicas on one database: together they are one ledger. */
class ReplicasIT {
  private static final long CHARGE = Money.parse("0.10003");

  private final String url = PostgresServer.shared().database();
  private final List<OpenLedger> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(OpenLedger::close);
  }

  private static World world() {
    World world = new World();
    world.withConsent = false;
    return world;
  }

  private OpenLedger replica(String name, World world) {
    OpenLedger ledger = PostgresServer.open(url, name, world);
    opened.add(ledger);
    return ledger;
  }

  @Test
  void aHoldThatTwoReplicasSettleIsChargedOnce() {
    OpenLedger a = replica("a", world());
    OpenLedger b = replica("b", world());
    for (int i = 0; i < 20; i++) {
      String id = "r" + i;
      a.admit(id).join();
      CompletableFuture<Result> one = a.settle(id);
      CompletableFuture<Result> other = b.settle(id);
      assertThat(one.join()).isEqualTo(other.join());
    }
    LedgerReads.BalanceRow row = b.reads.balance(World.CREDIT).orElseThrow();
    assertThat(row.posted()).isEqualTo(Money.parse("10") - 20 * CHARGE);
    assertThat(row.sequence()).isEqualTo(21);
  }

  @Test
  void anIdempotencyKeyIsTakenEverywhere() {
    List<OpenLedger> ledgers = List.of(replica("a", world()), replica("b", world()));
    for (int i = 0; i < 10; i++) {
      String key = "key" + i;
      List<CompletableFuture<Result>> answers = new ArrayList<>();
      for (OpenLedger ledger : ledgers) {
        String id = key + ledger.home.hashCode();
        answers.add(ledger.lane.submit(new Command.Admit(ledger.world.facts(id, "", key), ProviderView.ALL_WELL)));
      }
      List<Result> results = answers.stream().map(CompletableFuture::join).toList();
      assertThat(results).filteredOn(result -> result instanceof Result.Held).hasSize(1);
      assertThat(results)
          .filteredOn(result -> result instanceof Result.Refused)
          .singleElement()
          .satisfies(result -> assertThat(((Result.Refused) result).ending().code()).isEqualTo("idempotency_conflict"));
    }
  }

  @Test
  void theRequestsOfAKeyAreCountedOverAllReplicas() {
    World narrow = world();
    narrow.concurrency = 3;
    OpenLedger a = replica("a", narrow);
    World same = world();
    same.concurrency = 3;
    OpenLedger b = replica("b", same);
    List<CompletableFuture<Result>> answers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      answers.add((i % 2 == 0 ? a : b).admit("r" + i));
    }
    assertThat(answers.stream().filter(answer -> answer.join() instanceof Result.Held)).hasSize(3);
    for (int i = 0; i < 20; i++) {
      b.settle("r" + i).join();
    }
    assertThat(a.admit("again").join()).isInstanceOf(Result.Held.class);
  }

  @Test
  void aGrantIsMadeOnceWhoeverIsAsked() {
    OpenLedger a = replica("a", world());
    OpenLedger b = replica("b", world());
    for (int i = 0; i < 20; i++) {
      Command.Grant grant = new Command.Grant(World.CREDIT, 5, "jane", "a gift", "k" + i);
      CompletableFuture<Result> one = a.lane.submit(grant);
      CompletableFuture<Result> other = b.lane.submit(grant);
      Result.Granted first = (Result.Granted) one.join();
      Result.Granted second = (Result.Granted) other.join();
      assertThat(first.sequence()).isEqualTo(second.sequence());
      assertThat(first.repeated()).isNotEqualTo(second.repeated());
    }
    assertThat(a.reads.balance(World.CREDIT).orElseThrow().posted()).isEqualTo(Money.parse("10") + 100);
    // initial grants were asked for by both too
    assertThat(a.reads.entries(World.WALLET, null, 10).items()).hasSize(1);
  }

  @Test
  void aTaskLabelIsNoRefillWherever() {
    World one = world();
    one.budgets.add(one.budget("tasks", Budget.Per.TASK, "CREDIT", "0.25", 2));
    World other = world();
    other.budgets.add(other.budget("tasks", Budget.Per.TASK, "CREDIT", "0.25", 2));
    OpenLedger a = replica("a", one);
    OpenLedger b = replica("b", other);
    List<CompletableFuture<Result>> answers = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      OpenLedger ledger = i % 2 == 0 ? a : b;
      answers.add(ledger.lane.submit(new Command.Admit(ledger.world.facts("r" + i, "task" + i % 4, null), ProviderView.ALL_WELL)));
    }
    // two labels may be open, two holds of 0.1 fit into each
    assertThat(answers.stream().filter(answer -> answer.join() instanceof Result.Held)).hasSize(4);
    assertThat(a.reads.budgets()).hasSize(2);
  }

  @Test
  void aRequestIsSettledByAReplicaThatNeverSawItsPolicy() {
    World early = world();
    OpenLedger a = replica("a", early);
    RequestFacts facts = early.facts("r", "", null);
    assertThat(a.lane.submit(new Command.Admit(facts, ProviderView.ALL_WELL)).join()).isInstanceOf(Result.Held.class);
    World late = world();
    late.policy();
    OpenLedger b = replica("b", late);
    assertThat(late.facts("x", "", null).planDigest()).isNotEqualTo(facts.planDigest());
    assertThat(((Result.Settled) b.settle("r").join()).chargeNanos()).isEqualTo(CHARGE);
    assertThat(a.settle("r").join()).isEqualTo(b.settle("r").join());
  }

  @Test
  void whatATextColumnCannotHoldIsHeldAllTheSame() {
    World world = world();
    world.budgets.add(world.budget("users", Budget.Per.END_USER, "CREDIT", "0.25", 2));
    OpenLedger a = replica("a", world);
    List<String> users = List.of("nul\u0000", "one\u0001", "half\ud800", "half\ud801", "whole\ud83d\ude00");
    for (int round = 0; round < 3; round++) {
      for (String user : users) {
        String id = round + "-" + users.indexOf(user);
        Result answer = a.lane.submit(new Command.Admit(of(user, world.facts(id, "", null)), ProviderView.ALL_WELL)).join();
        assertThat(answer).as("two fit for each user").isInstanceOf(round < 2 ? Result.Held.class : Result.Refused.class);
        a.settle(id).join();
      }
    }
    assertThat(a.reads.budgets().stream().map(LedgerReads.BudgetRow::value)).containsExactlyInAnyOrderElementsOf(users);
    assertThat(a.reads.receipts(new LedgerReads.ReceiptQuery(null, null, null, null, null, null, users.getFirst(), null, null, null, 10)).items()).hasSize(3);
  }

  private static RequestFacts of(String user, RequestFacts f) {
    return new RequestFacts(
        f.id(), f.timeMs(), f.apiKey(), f.keyLabel(), f.project(), f.owner(), f.task(), user, f.clientRequestId(), f.idempotencyKey(), f.endpoint(),
        f.requestedModel(), f.route(), f.routeGeneration(), f.fallbackDigest(), f.planDigest(), f.streamed(), f.narrowedTo(), f.demand());
  }

  @Test
  void oneCommandThatCannotBeWrittenFailsAlone() {
    OpenLedger a = replica("a", world());
    RequestFacts facts = a.world.facts("denied", "", null);
    Command deny = new Command.Deny(facts, dev.exchequer.fallback.Ending.of(400, "bad", "bad", new dev.exchequer.fallback.Ending.Retry.No()));
    a.lane.submit(deny).join();
    List<CompletableFuture<Result>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      // the eighth wants a second receipt of the same request
      answers.add(i == 8 ? a.lane.submit(deny) : a.admit("r" + i));
    }
    for (int i = 0; i < 16; i++) {
      CompletableFuture<Result> answer = answers.get(i);
      if (i == 8) {
        assertThat(answer).failsWithin(java.time.Duration.ofSeconds(20));
      } else {
        assertThat(answer.join()).isInstanceOf(Result.Held.class);
      }
    }
    assertThat(Objects.requireNonNull(a.reads.balance(World.CREDIT).orElse(null)).held()).isEqualTo(15 * Money.parse("0.1011"));
  }
}
