package dev.exchequer.operator.model;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The last answer, for as long as the question is equal to the last one. Called by one thread at a time. */
public final class Kept<Q, A> {
  private final Function<Q, A> make;
  private @Nullable Q question;
  private @Nullable A answer;

  /** @param make depends on its argument alone; questions do not change */
  public Kept(Function<Q, A> make) {
    this.make = make;
  }

  public A of(Q asked) {
    A known = answer;
    if (known == null || !asked.equals(question)) {
      known = make.apply(asked);
      answer = known;
      question = asked;
    }
    return known;
  }
}
