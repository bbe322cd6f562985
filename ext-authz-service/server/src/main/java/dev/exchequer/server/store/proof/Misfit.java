package dev.exchequer.server.store.proof;

/** The first row of a ledger that does not fit the others. */
public final class Misfit extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param row which one, as a person finds it
   * @param what is wrong with it
   */
  Misfit(String row, String what) {
    super(row + ": " + what);
  }

  static void unless(boolean fits, String row, String what) throws Misfit {
    if (!fits) {
      throw new Misfit(row, what);
    }
  }

  static void unlessEqual(Object expected, Object found, String row, String what) throws Misfit {
    if (!expected.equals(found)) {
      throw new Misfit(row, what + " is " + found + ", the other rows come to " + expected);
    }
  }
}
