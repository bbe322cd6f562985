package dev.exchequer.policy;

/** Who pays for a hop: the kind of money that its class maps to, or nobody (Byok, Free). Two hops cross when their payers differ. */
public sealed interface Payer {
  record Of(BalanceType type, String unit) implements Payer {}

  /** The provider bills the customer, or nobody. */
  record None() implements Payer {}
}
