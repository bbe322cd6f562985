package dev.exchequer.server.policyfeed;

import dev.exchequer.policy.Policy;

/** What became of the bytes of a policy. */
public sealed interface Decoded {
  record Accepted(Policy policy) implements Decoded {}

  /** @param message names the object and what is wrong with it; goes back to the operator */
  record Refused(String message) implements Decoded {}
}
