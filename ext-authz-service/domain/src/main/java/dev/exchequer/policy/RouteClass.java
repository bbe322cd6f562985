package dev.exchequer.policy;

/** What kind of upstream a hop is, and with it who pays. */
public enum RouteClass {
  /** Official, premium. */
  DIRECT("Direct"),
  /** Ordinary, lower cost. */
  POOL("Pool"),
  /** A flat-rate upstream. */
  SUBSCRIPTION("Subscription"),
  /** The customer's own key: nobody pays here. */
  BYOK("Byok"),
  FREE("Free");

  private final String text;

  RouteClass(String text) {
    this.text = text;
  }

  /** Byok and Free hops have no payer, no balance and cost 0. */
  public boolean paid() {
    return this != BYOK && this != FREE;
  }

  /** As in the resources and on receipts: "Direct", "Pool", ... */
  public String text() {
    return text;
  }
}
