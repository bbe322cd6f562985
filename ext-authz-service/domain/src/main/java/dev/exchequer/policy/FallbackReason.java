package dev.exchequer.policy;

/** The reasons beside provider statuses for which a policy lets the next hop be looked at. */
public enum FallbackReason {
  CONNECT_FAILURE("ConnectFailure"),
  FIRST_BYTE_TIMEOUT("FirstByteTimeout"),
  PROVIDER_COOLING_DOWN("ProviderCoolingDown"),
  PROVIDER_BUSY("ProviderBusy"),
  BALANCE_INSUFFICIENT("BalanceInsufficient"),
  BUDGET_EXCEEDED("BudgetExceeded"),
  PRICE_MISSING("PriceMissing");

  private final String text;

  FallbackReason(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
