package dev.exchequer.operator.ir;

/** A secret: it can be used, and never be printed by accident. */
public record Redacted(String reveal) {
  @Override
  public String toString() {
    return "[redacted]";
  }
}
