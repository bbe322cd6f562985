package dev.exchequer.cli.reconcile;

import java.util.List;

/** The file cannot be compared; every line that is not understood is named. */
public final class BadInvoice extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int NAMED = 20;

  BadInvoice(List<String> errors) {
    super(String.join("\n", errors.subList(0, Math.min(NAMED, errors.size()))) + (errors.size() > NAMED ? "\nand " + (errors.size() - NAMED) + " more" : ""));
  }
}
