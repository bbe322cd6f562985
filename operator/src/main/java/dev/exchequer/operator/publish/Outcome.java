package dev.exchequer.operator.publish;

/** What became of a plan at Envoy. */
public sealed interface Outcome {
  /** Every connected Envoy took it and routes by it. */
  record Serving() implements Outcome {}

  /**
   * Envoy refused it; the plan before it goes on serving.
   *
   * @param message Envoy's own words, after the name of the resource
   */
  record Rejected(String message) implements Outcome {}

  /**
   * Nobody is connected, or somebody does not answer; everything stands ready for when they do.
   *
   * @param why for people
   */
  record NoEnvoy(String why) implements Outcome {}
}
