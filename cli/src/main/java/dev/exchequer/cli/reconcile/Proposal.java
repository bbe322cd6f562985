package dev.exchequer.cli.reconcile;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * An adjustment that would make what was charged for a model equal to what the invoice says. Only a proposal: nobody has decided it.
 *
 * @param amount signed, nine decimals at most: above 0 is given back to the balance, below 0 is taken from it
 * @param idempotencyKey the same for the same invoice, model and balance
 */
public record Proposal(String balance, String model, BigDecimal amount, String idempotencyKey) {
  private static final int NANO = 9;

  /**
   * Splits the difference of each model over the balances that paid for it, in proportion to what they paid; the parts sum to the difference exactly.
   *
   * @param invoice a name of the file that is the same when it is compared again
   */
  public static List<Proposal> of(Comparison comparison, String invoice) {
    List<Proposal> proposals = new ArrayList<>();
    for (Comparison.Total total : comparison.totals()) {
      Comparison.Pair cost = total.pairs().get(Quantity.COST);
      if (cost != null && total.differing().contains(Quantity.COST) && total.ours() != null) {
        split(cost.difference().negate(), total.ours().charges())
            .forEach(part -> proposals.add(new Proposal(part.balance, total.model(), part.amount, String.join("/", "reconcile", invoice, total.model(), part.balance))));
      }
    }
    return proposals;
  }

  private record Part(String balance, BigDecimal amount, BigInteger rest) {}

  /** By largest remainder; who paid nothing, or was given back more than it paid, gets no part. */
  private static List<Part> split(BigDecimal amount, Map<String, BigDecimal> charges) {
    BigInteger nanos = nanos(amount.abs());
    List<Map.Entry<String, BigDecimal>> payers = charges.entrySet().stream().filter(charge -> charge.getValue().signum() > 0).toList();
    BigInteger all = payers.stream().map(charge -> nanos(charge.getValue())).reduce(BigInteger.ZERO, BigInteger::add);
    List<Part> parts = new ArrayList<>();
    BigInteger given = BigInteger.ZERO;
    for (Map.Entry<String, BigDecimal> payer : payers) {
      BigInteger[] share = nanos.multiply(nanos(payer.getValue())).divideAndRemainder(all);
      given = given.add(share[0]);
      parts.add(new Part(payer.getKey(), new BigDecimal(share[0], NANO), share[1]));
    }
    parts.sort(Comparator.comparing(Part::rest).reversed().thenComparing(Part::balance));
    int left = nanos.subtract(given).intValue();
    List<Part> exact = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      BigDecimal one = i < left ? BigDecimal.valueOf(1, NANO) : BigDecimal.ZERO;
      BigDecimal share = parts.get(i).amount.add(one);
      exact.add(new Part(parts.get(i).balance, amount.signum() < 0 ? share.negate() : share, BigInteger.ZERO));
    }
    return exact.stream().filter(part -> part.amount.signum() != 0).sorted(Comparator.comparing(Part::balance)).toList();
  }

  private static BigInteger nanos(BigDecimal amount) {
    return amount.movePointRight(NANO).toBigIntegerExact();
  }
}
