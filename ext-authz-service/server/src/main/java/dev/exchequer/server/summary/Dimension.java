package dev.exchequer.server.summary;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What usage can be told apart by. */
public enum Dimension {
  PROJECT("project"),
  KEY("key"),
  TASK("task"),
  /** The model that was asked for. */
  MODEL("model"),
  ROUTE_CLASS("routeClass"),
  /** Route and hop, as namespace/route/hop. */
  HOP("hop"),
  PROVIDER("provider"),
  /** The model that the provider said it served, else the one that it was asked for: what its invoice names. */
  SERVED_MODEL("servedModel"),
  BALANCE("balance");

  private final String text;

  Dimension(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  public static Optional<Dimension> of(String text) {
    return Arrays.stream(values()).filter(value -> value.text.equals(text)).findAny();
  }

  public static List<String> texts() {
    return Arrays.stream(values()).map(Dimension::text).toList();
  }

  /** @param hop an attempt of the receipt, or a missing node where it has none */
  @Nullable String of(JsonNode receipt, JsonNode hop) {
    return switch (this) {
      case PROJECT -> text(receipt.path("project"));
      case KEY -> text(receipt.path("apiKey"));
      case TASK -> text(receipt.path("task"));
      case MODEL -> text(receipt.path("requestedModel"));
      case ROUTE_CLASS -> text(hop.path("routeClass"));
      case HOP -> hop.isObject() ? receipt.path("route").asText() + "/" + hop.path("name").asText() : null;
      case PROVIDER -> text(hop.path("provider"));
      case SERVED_MODEL -> text(hop.path("servedModel").isTextual() ? hop.path("servedModel") : hop.path("upstreamModel"));
      case BALANCE -> text(hop.path("balance"));
    };
  }

  private static @Nullable String text(JsonNode value) {
    return value.isTextual() ? value.asText() : null;
  }
}
