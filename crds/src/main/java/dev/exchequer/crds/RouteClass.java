package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What kind of upstream a hop is, and with it who pays. */
public enum RouteClass {
  @JsonProperty("Direct")
  DIRECT,
  @JsonProperty("Pool")
  POOL,
  @JsonProperty("Subscription")
  SUBSCRIPTION,
  @JsonProperty("Byok")
  BYOK,
  @JsonProperty("Free")
  FREE
}
