package dev.exchequer.operator.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was made of the things of a list, by identity, kept for the next list. Lists of thousands mostly differ in one place: both are gone through side by
 * side, and what is the same is not even looked at. The answer is the one of a list that was made anew. Called by one thread at a time.
 */
public final class ListMemo<K, V> {
  private @Nullable Object[] keys = new Object[0];
  private @Nullable Object[] made = new Object[0];
  private List<V> answer = List.of();

  /**
   * One for each thing, in order; the very list of the last time if nothing in it is another.
   *
   * @param things not null, not to be changed after
   * @param make depends on its argument, and on what was the same since {@link #forget}
   */
  @SuppressWarnings("unchecked")
  public List<V> of(List<? extends K> things, Function<? super K, ? extends V> make) {
    @Nullable Object[] now = things.toArray();
    @Nullable Object[] values = new Object[now.length];
    Cursor cursor = new Cursor(keys);
    boolean same = now.length == keys.length;
    for (int i = 0; i < now.length; i++) {
      int place = cursor.next(now, i);
      values[i] = place < 0 ? make.apply((K) now[i]) : made[place];
      same &= place == i;
    }
    keys = now;
    if (!same) {
      made = values;
      answer = (List<V>) Collections.unmodifiableList(Arrays.asList(values));
    }
    return answer;
  }

  /** What things are made of besides themselves is not what it was. */
  public void forget() {
    keys = new Object[0];
    made = new Object[0];
    answer = List.of();
  }

  /** Where the things of a list stood in the one before it. */
  private static final class Cursor {
    private final @Nullable Object[] before;
    private int at;
    private @Nullable Map<Object, Integer> places;

    Cursor(@Nullable Object[] before) {
      this.before = before;
    }

    /** The place of the i-th before, -1 = it is new; or it moved to where one was replaced, then it is made again. */
    int next(@Nullable Object[] now, int i) {
      if (at < before.length && before[at] == now[i]) {
        return at++;
      }
      if (i + 1 < now.length) {
        if (at + 1 < before.length && before[at + 1] == now[i + 1]) {
          at++; // replaced
          return -1;
        }
        if (at < before.length && before[at] == now[i + 1]) {
          return -1; // put in before it
        }
      }
      Integer place = places().get(now[i]);
      if (place == null) {
        return -1;
      }
      at = place + 1;
      return place;
    }

    private Map<Object, Integer> places() {
      Map<Object, Integer> known = places;
      if (known == null) {
        known = new IdentityHashMap<>(before.length);
        for (int i = 0; i < before.length; i++) {
          known.put(before[i], i);
        }
        places = known;
      }
      return known;
    }
  }
}
