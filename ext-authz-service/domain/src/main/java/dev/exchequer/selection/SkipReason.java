package dev.exchequer.selection;

/** Why a hop was passed over without being tried (CONTRACTS: skips). The text is what stands on receipts. */
public enum SkipReason {
  ROUTE_FORBIDDEN("route_forbidden"),
  NO_BALANCE("no_balance"),
  CROSS_BALANCE_FORBIDDEN("cross_balance_forbidden"),
  PROVIDER_SUSPENDED("provider_suspended"),
  ROUTE_SUSPENDED("route_suspended"),
  PROVIDER_COOLING_DOWN("provider_cooling_down"),
  PROVIDER_BUSY("provider_busy"),
  BALANCE_INSUFFICIENT("balance_insufficient"),
  BALANCE_SUSPENDED("balance_suspended"),
  BUDGET_EXCEEDED("budget_exceeded"),
  PRICE_MISSING("price_missing"),
  UNBOUNDED_INPUT("unbounded_input");

  private final String text;

  SkipReason(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
