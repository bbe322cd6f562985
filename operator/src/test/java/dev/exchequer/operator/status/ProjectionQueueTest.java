package dev.exchequer.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.TestClock;
import dev.exchequer.operator.model.ObjectKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class ProjectionQueueTest {
  private static final ObjectKey WALLET = key("wallet");

  private final TestClock clock = new TestClock();
  private final ProjectionQueue queue = new ProjectionQueue(clock);

  @Test
  void theFirstChangeGoesAtOnceTheNextAfterItsPace() {
    queue.offer(WALLET, projection(1, 100, "a"));
    assertThat(written()).containsExactly("wallet a");
    queue.offer(WALLET, projection(2, 200, "b"));
    assertThat(written()).isEmpty();
    queue.offer(WALLET, projection(3, 300, "c"));
    clock.pass(Duration.ofMillis(14_999));
    assertThat(written()).isEmpty();
    clock.pass(Duration.ofMillis(1));
    assertThat(written()).as("the newest, not the one that waited").containsExactly("wallet c");
    clock.passSeconds(3600);
    queue.offer(WALLET, projection(4, 400, "d"));
    assertThat(written()).containsExactly("wallet d");
  }

  @Test
  void whatSaysTheSameIsNotWritten() {
    queue.offer(WALLET, projection(1, 100, "a"));
    written();
    clock.passSeconds(60);
    queue.offer(WALLET, projection(1, 999, "a"));
    assertThat(written()).isEmpty();
    queue.offer(WALLET, projection(2, 1000, "b"));
    queue.offer(WALLET, projection(3, 1001, "a"));
    clock.passSeconds(60);
    assertThat(written()).as("it is what was written").isEmpty();
    queue.again(WALLET);
    assertThat(written()).as("unless a sign is wanted").containsExactly("wallet a");
  }

  @Test
  void neverAnOlderSequenceOverANewerOne() {
    queue.offer(WALLET, projection(5, 500, "new"));
    queue.offer(WALLET, projection(4, 900, "old"));
    assertThat(written()).containsExactly("wallet new");
    queue.offer(WALLET, projection(5, 400, "older"));
    clock.passSeconds(60);
    assertThat(written()).as("nor an older time of the same sequence").isEmpty();
  }

  @Test
  void tenWritesASecondOfAllTogether() {
    for (int i = 0; i < 25; i++) {
      queue.offer(key("b" + i), projection(1, 100, "x"));
    }
    assertThat(written()).hasSize(10);
    clock.pass(Duration.ofMillis(100));
    assertThat(written()).hasSize(1);
    clock.passSeconds(1);
    assertThat(written()).hasSize(10);
    clock.passSeconds(1);
    assertThat(written()).hasSize(4);
  }

  @Test
  void whatIsNotThereWaitsAndHoldsNothingUp() {
    queue.offer(key("gone"), projection(1, 100, "x"));
    queue.offer(WALLET, projection(1, 100, "a"));
    assertThat(queue.next(key -> key.equals(WALLET))).isPresent();
    assertThat(queue.next(key -> key.equals(WALLET))).isEmpty();
    assertThat(written()).containsExactly("gone x");
  }

  @Test
  void whatFailedIsTriedAgainAfterItsPaceInItsNewestForm() {
    queue.offer(WALLET, projection(1, 100, "a"));
    Map.Entry<ObjectKey, Projection> due = queue.next(key -> true).orElseThrow();
    queue.failed(due.getKey(), due.getValue());
    assertThat(written()).isEmpty();
    queue.offer(WALLET, projection(2, 200, "b"));
    clock.passSeconds(15);
    assertThat(written()).containsExactly("wallet b");
  }

  private List<String> written() {
    List<String> written = new ArrayList<>();
    for (Optional<Map.Entry<ObjectKey, Projection>> next = queue.next(key -> true); next.isPresent(); next = queue.next(key -> true)) {
      written.add(next.get().getKey().name().name() + " " + next.get().getValue().fields().path("posted").asText());
    }
    return written;
  }

  private static Projection projection(long sequence, long asOf, String posted) {
    return new Projection("", JsonNodeFactory.instance.objectNode().put("posted", posted), List.of(), sequence, asOf);
  }

  private static ObjectKey key(String name) {
    return new ObjectKey("Balance", new ObjectName("default", name));
  }
}
