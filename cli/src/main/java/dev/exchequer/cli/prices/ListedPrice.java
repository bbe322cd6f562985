package dev.exchequer.cli.prices;

import dev.exchequer.crds.PriceSheetSpec.Operator;
import dev.exchequer.policy.Meter;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One price of a model.
 *
 * @param amount for one of the meter, in the catalogue's currency, exactly as it wrote it
 * @param serviceTier that it is asked for, "" = none
 * @param above the input from which on it is the price, null = from the first token on
 */
record ListedPrice(Meter meter, BigDecimal amount, String serviceTier, @Nullable Above above) {

  /** Tokens of input, all input meters together. */
  record Above(long tokens, Operator operator) {}
}
