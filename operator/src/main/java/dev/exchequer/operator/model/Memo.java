package dev.exchequer.operator.model;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What was made of immutable things, by identity: made once for as long as the thing is asked for in every turn. A gateway is rebuilt as a whole on every
 * change; with this a rebuild costs little more than what changed, and its result is the same. Called by one thread at a time.
 */
public final class Memo<K, V> {
  private final Function<K, V> make;
  private Map<K, V> before = new IdentityHashMap<>();
  private Map<K, V> now = new IdentityHashMap<>();

  /** @param make depends on its argument alone */
  public Memo(Function<K, V> make) {
    this.make = make;
  }

  public V of(K thing) {
    V made = now.get(thing);
    if (made == null) {
      V known = before.get(thing);
      made = known == null ? make.apply(thing) : known;
      now.put(thing, made);
    }
    return made;
  }

  /** Begins the next turn: forgets what the last one did not ask for. */
  public void turn() {
    before = now;
    now = new IdentityHashMap<>(before.size() + before.size() / 4);
  }
}
