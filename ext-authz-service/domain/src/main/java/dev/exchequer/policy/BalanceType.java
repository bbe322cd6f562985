package dev.exchequer.policy;

public enum BalanceType {
  CREDIT("Credit"),
  WALLET("Wallet"),
  ALLOWANCE("Allowance");

  private final String text;

  BalanceType(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
