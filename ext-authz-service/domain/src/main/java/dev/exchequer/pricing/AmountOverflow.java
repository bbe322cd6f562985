package dev.exchequer.pricing;

/** An amount that does not fit a long of nano-units (9.2 billion units): it is never cut, the hop is refused or falls back to its hold. */
public final class AmountOverflow extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AmountOverflow(ArithmeticException cause) {
    super("an amount above 9223372036 units", cause);
  }
}
