package dev.exchequer.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.ReportEnd;
import dev.exchequer.ledger.World;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.GrpcServers;
import dev.exchequer.server.ServiceSettings;
import dev.exchequer.server.store.LedgerPicture;
import dev.exchequer.server.store.LedgerPicture.BalanceMoney;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reporter against an operator of this test on a real socket. */
class LedgerReporterTest {
  private static final Policy POLICY = new World().policy();
  private static final BalanceMoney CREDIT = new BalanceMoney(World.CREDIT, 10, 0, 1, 0, 10);
  private static final BalanceMoney WALLET = new BalanceMoney(World.WALLET, 20, 5, 3, 1, 20);
  private static final BudgetUse CAP = new BudgetUse(World.name("cap"), "", "CREDIT", 9, 1, 2, 1, 0);

  @TempDir Path folder = Path.of("");

  private final Operator operator = new Operator();
  private final BlockingQueue<Long> pictures = new LinkedBlockingQueue<>();
  private volatile LedgerPicture picture = new LedgerPicture(100, List.of(CREDIT, WALLET), List.of(CAP));
  private volatile Optional<Policy> policy = Optional.of(POLICY);
  private @Nullable GrpcServers servers;
  private @Nullable ManagedChannel channel;
  private @Nullable LedgerReporter reporter;

  @BeforeEach
  void serve() throws Exception {
    servers = GrpcServers.start(settings(), List.of(operator), List.of());
    channel = Grpc.newChannelBuilder("unix:" + settings().admitSocket().toAbsolutePath(), InsecureChannelCredentials.create()).overrideAuthority("localhost").build();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (reporter != null) {
      reporter.close();
    }
    ManagedChannel open = Objects.requireNonNull(channel).shutdownNow();
    assertThat(open.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    Objects.requireNonNull(servers).close();
  }

  @Test
  void wholeAtFirstThenWhatChanged() throws Exception {
    start(60_000);
    LedgerReport first = operator.next();
    assertThat(first.getWhole()).isTrue();
    assertThat(first.getNode()).isEqualTo("gateway-0");
    assertThat(first.getAsOfMs()).isEqualTo(100);
    assertThat(first.getBalancesList()).extracting(BalanceReport::getName).containsExactly("default/credit", "default/wallet");
    assertThat(first.getBalances(1))
        .isEqualTo(
            BalanceReport.newBuilder().setName("default/wallet").setPostedNanos(20).setHeldNanos(5).setAvailableNanos(15).setSequence(3).setOpenHolds(1)
                .setLargestGrantNanos(20).build());
    assertThat(first.getBudgets(0).getHeldNanos()).isEqualTo(2);

    picture = new LedgerPicture(200, List.of(CREDIT, new BalanceMoney(World.WALLET, 18, 0, 4, 0, 20)), List.of(CAP));
    LedgerReport second = operator.next();
    assertThat(second.getWhole()).isFalse();
    assertThat(second.getAsOfMs()).isEqualTo(200);
    assertThat(second.getBalancesList()).singleElement().satisfies(wallet -> assertThat(wallet.getSequence()).isEqualTo(4));
    assertThat(second.getBudgetsList()).isEmpty();

    pictures.clear();
    looked(3);
    assertThat(operator.reports).as("nothing changed, nothing is said").isEmpty();
  }

  @Test
  void aSignOfLifeIsGivenWhenNothingChanges() throws Exception {
    start(20);
    operator.next();
    LedgerReport sign = operator.next();
    assertThat(sign).isEqualTo(LedgerReport.newBuilder().setNode("gateway-0").setAsOfMs(100).build());
  }

  @Test
  void anotherStreamBeginsWhole() throws Exception {
    start(60_000);
    operator.next();
    operator.end();
    LedgerReport again = operator.next();
    assertThat(again.getWhole()).isTrue();
    assertThat(again.getBalancesCount()).isEqualTo(2);
  }

  @Test
  void nothingIsReportedBeforeThereIsAPolicy() throws Exception {
    policy = Optional.empty();
    start(20);
    operator.opened.poll(10, TimeUnit.SECONDS);
    assertThat(operator.reports).isEmpty();
    policy = Optional.of(POLICY);
    assertThat(operator.next().getWhole()).isTrue();
    assertThat(pictures).isNotEmpty();
  }

  private void start(long signMs) {
    LedgerPicture.Source source =
        (of, now) -> {
          pictures.add(now);
          return picture;
        };
    reporter =
        new LedgerReporter(new LedgerReporter.Settings("gateway-0", 5, signMs, 5), Objects.requireNonNull(channel), source, () -> policy, InstantSource.system());
    reporter.start();
  }

  private void looked(int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      assertThat(pictures.poll(10, TimeUnit.SECONDS)).isNotNull();
    }
  }

  private ServiceSettings settings() {
    return ServiceSettings.local(folder, folder, 0);
  }

  private static final class Operator extends PolicyFeedGrpc.PolicyFeedImplBase {
    final BlockingQueue<LedgerReport> reports = new LinkedBlockingQueue<>();
    final BlockingQueue<Boolean> opened = new LinkedBlockingQueue<>();
    private final List<StreamObserver<ReportEnd>> ends = new ArrayList<>();

    LedgerReport next() throws InterruptedException {
      return Objects.requireNonNull(reports.poll(10, TimeUnit.SECONDS), "no report came");
    }

    synchronized void end() {
      ends.removeLast().onCompleted();
    }

    @Override
    public synchronized StreamObserver<LedgerReport> report(StreamObserver<ReportEnd> end) {
      ends.add(end);
      opened.add(true);
      return new StreamObserver<>() {
        @Override
        public void onNext(LedgerReport report) {
          reports.add(report);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
      };
    }
  }
}
