package dev.exchequer.policy;

public enum BalanceType {
  CREDIT("Credit"),
  WALLET("Wallet");

  private final String text;

  BalanceType(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
