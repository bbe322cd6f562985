package dev.exchequer.server.authz;

import dev.exchequer.pricing.Demand;
import org.jspecify.annotations.Nullable;

/** What reading a client's body gave. */
public sealed interface BodyResult {

  /**
   * A request that can be priced and sent.
   *
   * @param n choices that the client gets back for each prompt
   * @param endUser the body's `user`, "" = none
   */
  record ParsedBody(String model, boolean stream, boolean includeUsageAsked, int n, String endUser, Demand demand, EditPlan edits) implements BodyResult {}

  /**
   * Not a body that we send.
   *
   * @param param path of the field at fault, null where it is the body as a whole
   */
  record Bad(@Nullable String param, String message) implements BodyResult {}
}
