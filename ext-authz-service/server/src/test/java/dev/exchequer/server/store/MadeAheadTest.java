package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class MadeAheadTest {
  private static final List<Integer> ALL = IntStream.range(0, 1000).boxed().toList();

  private final MadeAhead<Integer> ahead = new MadeAhead<>("maker");
  private final List<Integer> taken = new ArrayList<>();

  @AfterEach
  void close() {
    ahead.close();
  }

  private static void all(Consumer<Integer> each) {
    ALL.forEach(each);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void allAreTakenInOrder(boolean onItsThread) throws SQLException {
    for (int round = 0; round < 20; round++) {
      taken.clear();
      ahead.each(MadeAheadTest::all, taken::add, onItsThread);
      assertThat(taken).isEqualTo(ALL);
    }
    ahead.each(each -> {}, taken::add, onItsThread);
    assertThat(taken).isEqualTo(ALL);
  }

  @Test
  void theFirstAreTakenWhileLaterOnesAreMade() throws SQLException {
    CountDownLatch first = new CountDownLatch(1);
    ahead.each(
        each -> {
          for (int one : ALL) {
            if (one == 500) {
              await(first);
            }
            each.accept(one);
          }
        },
        one -> {
          taken.add(one);
          first.countDown();
        },
        true);
    assertThat(taken).isEqualTo(ALL);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatTheMakingThrowsIsThrown(boolean onItsThread) throws SQLException {
    assertThatThrownBy(
            () ->
                ahead.each(
                    each -> {
                      all(each);
                      throw new IllegalStateException("cannot be made");
                    },
                    taken::add,
                    onItsThread))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("cannot be made");
    allAreTakenInOrder(onItsThread);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatTheTakingThrowsIsThrownAndNothingIsTakenAfterIt(boolean onItsThread) throws SQLException {
    assertThatThrownBy(
            () ->
                ahead.each(
                    MadeAheadTest::all,
                    one -> {
                      if (one == 40) {
                        throw new SQLException("disk trouble");
                      }
                      taken.add(one);
                    },
                    onItsThread))
        .isInstanceOf(SQLException.class)
        .hasMessage("disk trouble");
    assertThat(taken).isEqualTo(ALL.subList(0, 40));
    allAreTakenInOrder(onItsThread);
  }
}
