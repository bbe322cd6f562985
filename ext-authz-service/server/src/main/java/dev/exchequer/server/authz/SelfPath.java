package dev.exchequer.server.authz;

import java.util.Optional;

/** What an application may read with its own key. */
sealed interface SelfPath {
  String ROOT = "/v1/exchequer/";
  String RECEIPTS = ROOT + "receipts";
  String EXPLANATION = "/explanation";

  record Models() implements SelfPath {}

  record Receipts() implements SelfPath {}

  record OneReceipt(String id) implements SelfPath {}

  record Explanation(String id) implements SelfPath {}

  record Balances() implements SelfPath {}

  record Budgets() implements SelfPath {}

  static Optional<SelfPath> of(String path) {
    return switch (path) {
      case "/v1/models" -> Optional.of(new Models());
      case RECEIPTS -> Optional.of(new Receipts());
      case ROOT + "balances" -> Optional.of(new Balances());
      case ROOT + "budgets" -> Optional.of(new Budgets());
      default -> path.startsWith(RECEIPTS + "/") ? receipt(path.substring(RECEIPTS.length() + 1)) : Optional.empty();
    };
  }

  private static Optional<SelfPath> receipt(String rest) {
    boolean explain = rest.endsWith(EXPLANATION);
    String id = explain ? rest.substring(0, rest.length() - EXPLANATION.length()) : rest;
    if (id.isEmpty() || id.length() > 64 || id.indexOf('/') >= 0) {
      return Optional.empty();
    }
    return Optional.of(explain ? new Explanation(id) : new OneReceipt(id));
  }
}
