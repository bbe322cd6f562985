package dev.exchequer.operator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.api.v1.BalanceReport;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.ReportEnd;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LedgerReportsTest {
  private final LedgerReports reports = new LedgerReports();
  private final List<LedgerReport> heard = new ArrayList<>();
  private final List<String> ends = new ArrayList<>();

  @Test
  void whoListensGetsEveryReport() {
    reports.listen(heard::add);
    StreamObserver<LedgerReport> stream = open();
    LedgerReport first = report(true, 1, balance("a", 1));
    LedgerReport second = report(false, 2, balance("a", 2));
    stream.onNext(first);
    stream.onNext(second);
    assertThat(heard).containsExactly(first, second);
    stream.onCompleted();
    assertThat(ends).containsExactly("end", "completed");
  }

  /** The gateway connects before the operator has read its objects. */
  @Test
  void whoListensLateIsToldAllOfItAsOneWhole() {
    StreamObserver<LedgerReport> stream = open();
    stream.onNext(report(true, 1, balance("a", 1), balance("b", 1)));
    stream.onNext(report(false, 2, balance("b", 2)));
    reports.listen(heard::add);
    assertThat(heard).containsExactly(report(true, 2, balance("a", 1), balance("b", 2)));
  }

  @Test
  void aWholeReportForgetsWhatWasBefore() {
    open().onNext(report(true, 1, balance("a", 1)));
    open().onNext(report(true, 2, balance("b", 1)));
    reports.listen(heard::add);
    assertThat(heard).containsExactly(report(true, 2, balance("b", 1)));
  }

  private StreamObserver<LedgerReport> open() {
    return reports.receive(
        new StreamObserver<>() {
          @Override
          public void onNext(ReportEnd end) {
            ends.add("end");
          }

          @Override
          public void onError(Throwable cause) {
            ends.add("error");
          }

          @Override
          public void onCompleted() {
            ends.add("completed");
          }
        });
  }

  private static LedgerReport report(boolean whole, long asOf, BalanceReport... balances) {
    return LedgerReport.newBuilder().setNode("gw-0").setWhole(whole).setAsOfMs(asOf).addAllBalances(List.of(balances)).build();
  }

  private static BalanceReport balance(String name, long sequence) {
    return BalanceReport.newBuilder().setName("default/" + name).setSequence(sequence).build();
  }
}
