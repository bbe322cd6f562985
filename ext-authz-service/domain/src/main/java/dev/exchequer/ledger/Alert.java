package dev.exchequer.ledger;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Budget;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Something crossed a mark that its definition set. Told once for each crossing; who is told twice knows it by the id. Amounts in nano-units. */
public sealed interface Alert {
  /** Of this crossing for ever: made of what crossed what, not of chance. */
  String id();

  /** Ledger time of the crossing, milliseconds since the epoch. */
  long timeMs();

  /**
   * What a balance has posted fell below a mark.
   *
   * @param posted after the command that took it there
   * @param sequence of the balance's last entry then
   */
  record BalanceBelow(String id, long timeMs, ObjectName balance, ObjectName project, String unit, long mark, long posted, long sequence) implements Alert {}

  /**
   * What was spent in a budget's bucket reached a percentage of its limit.
   *
   * @param value of the bucket, "" = the shared one, or an absent label
   * @param windowStartMs 0 = a lifetime
   * @param windowEndMs exclusive, 0 = never
   * @param audit the budget counts and does not refuse
   */
  record BudgetAt(
      String id,
      long timeMs,
      ObjectName budget,
      Budget.Target target,
      String value,
      String unit,
      int percent,
      long limit,
      long spent,
      long windowStartMs,
      long windowEndMs,
      boolean audit)
      implements Alert {}

  /** Names a crossing by what makes it another one than all others. */
  static String idOf(Object... parts) {
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      String each = part.toString();
      text.append(each.length()).append(':').append(each); // no two lists of parts are the same text
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (int i = 0; i < text.length(); i++) {
        digest.update((byte) (text.charAt(i) >> 8));
        digest.update((byte) text.charAt(i));
      }
      return "alert_" + HexFormat.of().formatHex(digest.digest(), 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
