package dev.exchequer.cli.reconcile;

/** What an invoice tells of a model and a day. */
public enum Quantity {
  /** Calls that used something. */
  REQUESTS("requests"),
  /** Tokens of input, cached ones included. */
  INPUT("input"),
  /** Tokens of input that came from the provider's cache. */
  CACHED("cached"),
  /** Tokens of output, reasoning included. */
  OUTPUT("output"),
  /** Tools that the provider ran: searches. */
  TOOL_CALLS("tool calls"),
  /** Money, in the invoice's unit. */
  COST("cost");

  private final String text;

  Quantity(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
