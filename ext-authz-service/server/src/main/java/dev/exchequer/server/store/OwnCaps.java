package dev.exchequer.server.store;

import dev.exchequer.ledger.Envelope;
import dev.exchequer.policy.Budget;
import dev.exchequer.server.store.LedgerPicture.BudgetUse;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Task labels whose cap is below their budget's: what a picture says of the budget counts them by their own. */
public final class OwnCaps {
  /** By what is used of the limit, exactly. */
  public static final Comparator<BudgetUse> BY_FULLNESS =
      (a, b) -> used(a).multiply(BigInteger.valueOf(b.limit())).compareTo(used(b).multiply(BigInteger.valueOf(a.limit())));

  private OwnCaps() {}

  /** What one label used in the window, by its name; nano-units. */
  public record Used(String value, long spent, long held) {}

  /** Whether labels of it may have caps of their own. */
  public static boolean possible(Budget budget) {
    return budget.per() == Budget.Per.TASK;
  }

  /**
   * @param use of the budget, every value by the budget's limit
   * @param said of its labels
   * @param used what those of them used that used anything
   * @return those with a cap of their own counted by it: as exhausted where nothing is left of it, and as the fullest where none is fuller
   */
  public static BudgetUse count(BudgetUse use, List<Envelope> said, List<Used> used) {
    Map<String, Envelope> labels = said.stream().collect(Collectors.toMap(Envelope::task, Function.identity()));
    long exhausted = use.exhausted();
    BudgetUse fullest = use;
    for (Used label : used) {
      Envelope envelope = labels.get(label.value);
      long cap = envelope == null ? use.limit() : envelope.cap(use.unit(), use.limit());
      BudgetUse own = new BudgetUse(use.budget(), label.value, use.unit(), cap, label.spent, label.held, 0, 0);
      BigInteger sum = used(own);
      if (sum.compareTo(BigInteger.valueOf(cap)) >= 0 && sum.compareTo(BigInteger.valueOf(use.limit())) < 0) {
        exhausted++;
      }
      if (cap < use.limit() && BY_FULLNESS.compare(own, fullest) >= 0) {
        fullest = own;
      }
    }
    return new BudgetUse(use.budget(), fullest.value(), use.unit(), fullest.limit(), fullest.spent(), fullest.held(), use.values(), exhausted);
  }

  private static BigInteger used(BudgetUse use) {
    return BigInteger.valueOf(use.spent()).add(BigInteger.valueOf(use.held()));
  }
}
