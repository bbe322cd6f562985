package dev.exchequer.operator.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ListMemoTest {
  /** Equal to others of its text: only identity tells them apart. */
  private record Thing(String text) {}

  private final ListMemo<Thing, String> memo = new ListMemo<>();
  private int made;

  private List<String> of(List<Thing> things) {
    return memo.of(things, this::make);
  }

  private String make(Thing thing) {
    made++;
    return "made of " + thing.text;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void theAnswerIsThatOfAListThatIsMadeAnew(long seed) {
    Random random = new Random(seed);
    List<Thing> things = new ArrayList<>();
    for (int step = 0; step < 500; step++) {
      edit(things, random);
      assertThat(of(List.copyOf(things))).containsExactlyElementsOf(things.stream().map(thing -> "made of " + thing.text).toList());
    }
  }

  private static void edit(List<Thing> things, Random random) {
    int edits = random.nextInt(4);
    for (int i = 0; i < edits; i++) {
      int place = things.isEmpty() ? 0 : random.nextInt(things.size());
      switch (random.nextInt(4)) {
        case 0, 1 -> things.add(place, new Thing("n" + random.nextInt(10)));
        case 2 -> {
          if (!things.isEmpty()) {
            things.set(place, new Thing("r" + random.nextInt(10)));
          }
        }
        default -> {
          if (!things.isEmpty()) {
            Thing moved = things.remove(place);
            if (random.nextBoolean()) {
              things.add(random.nextInt(things.size() + 1), moved);
            }
          }
        }
      }
    }
  }

  @Test
  void onlyWhatIsNewIsMade() {
    List<Thing> things = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      things.add(new Thing("t" + i));
    }
    of(List.copyOf(things));
    made = 0;
    things.set(50, new Thing("replaced"));
    of(List.copyOf(things));
    assertThat(made).as("replaced").isEqualTo(1);
    things.add(20, new Thing("put in"));
    of(List.copyOf(things));
    assertThat(made).as("put in").isEqualTo(2);
    things.set(things.size() - 1, new Thing("the last"));
    of(List.copyOf(things));
    assertThat(made).as("the last replaced").isEqualTo(3);
    things.subList(10, 30).clear();
    of(List.copyOf(things));
    assertThat(made).as("taken out").isEqualTo(3);
    java.util.Collections.reverse(things);
    of(List.copyOf(things));
    assertThat(made).as("in another order").isEqualTo(3);
    of(List.of());
    of(List.copyOf(things));
    assertThat(made).as("after nothing").isEqualTo(3 + things.size());
  }

  @Test
  void theSameListGivesTheSameAnswer() {
    List<Thing> things = List.of(new Thing("a"), new Thing("b"));
    List<String> first = of(things);
    assertThat(of(new ArrayList<>(things))).isSameAs(first);
    memo.forget();
    assertThat(of(things)).isEqualTo(first).isNotSameAs(first);
    assertThat(made).isEqualTo(4);
  }
}
