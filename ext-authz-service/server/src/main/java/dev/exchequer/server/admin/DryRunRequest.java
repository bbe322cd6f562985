package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.RouteClass;
import dev.exchequer.pricing.Demand;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * A request that nobody sent: what a caller would say in headers and body.
 *
 * @param task "" = none
 * @param endUser "" = none
 * @param narrowedTo empty = not narrowed
 * @param inputBytes of the input's text; its tokens cannot be more
 * @param outputTokens the caller's cap for each choice
 * @param toolCalls it asks for tools that the provider runs
 */
record DryRunRequest(
    ObjectName apiKey,
    String model,
    Endpoint endpoint,
    String task,
    String endUser,
    Set<RouteClass> narrowedTo,
    long inputBytes,
    long outputTokens,
    int choices,
    boolean toolCalls) {
  private static final Set<String> FIELDS =
      Set.of("apiKey", "model", "endpoint", "task", "endUser", "routeClasses", "inputBytes", "outputTokens", "choices", "toolCalls");
  private static final long MOST = 1_000_000_000;
  private static final int MOST_CHOICES = 128;

  /** @throws AdminRefusal 400, naming the field and what it takes */
  static DryRunRequest of(JsonNode body) {
    if (!body.isObject()) {
      throw AdminRefusal.badRequest("the body must be {\"apiKey\":\"default/demo\",\"model\":\"...\"}");
    }
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      if (!FIELDS.contains(field.getKey())) {
        throw AdminRefusal.badRequest("no such field: " + field.getKey() + "; there are " + FIELDS.stream().sorted().toList());
      }
    }
    return new DryRunRequest(
        apiKey(body), model(body), endpoint(body), task(body), endUser(body), routeClasses(body), whole(body, "inputBytes", 0, MOST, 1000),
        whole(body, "outputTokens", 1, MOST, 100), (int) whole(body, "choices", 1, MOST_CHOICES, 1), flag(body, "toolCalls"));
  }

  Demand demand() {
    return new Demand(inputBytes, false, outputTokens, endpoint == Endpoint.EMBEDDINGS ? 1 : choices, 1, "default", null, toolCalls ? "toolCalls" : null);
  }

  private static ObjectName apiKey(JsonNode body) {
    String text = text(body, "apiKey");
    try {
      return ObjectName.parse(text);
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest("apiKey must be the namespace/name of an ApiKey, e.g. default/" + (text.isEmpty() ? "demo" : text.replace("/", "")));
    }
  }

  private static String model(JsonNode body) {
    String model = text(body, "model");
    if (model.isEmpty() || model.length() > 256 || !model.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw AdminRefusal.badRequest("model must have 1 to 256 visible ASCII characters");
    }
    return model;
  }

  private static Endpoint endpoint(JsonNode body) {
    String text = text(body, "endpoint");
    for (Endpoint endpoint : Endpoint.values()) {
      if (endpoint.text().equals(text) || (text.isEmpty() && endpoint == Endpoint.CHAT_COMPLETIONS)) {
        return endpoint;
      }
    }
    throw AdminRefusal.badRequest("endpoint must be one of " + String.join(", ", Arrays.stream(Endpoint.values()).map(Endpoint::text).toList()));
  }

  private static String task(JsonNode body) {
    String task = text(body, "task");
    if (!task.isEmpty() && !task.matches("[A-Za-z0-9._:-]{1,128}")) {
      throw AdminRefusal.badRequest("task must have 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    return task;
  }

  private static String endUser(JsonNode body) {
    String endUser = text(body, "endUser");
    if (endUser.length() > 256 || endUser.chars().anyMatch(Character::isISOControl)) {
      throw AdminRefusal.badRequest("endUser must have at most 256 printable characters");
    }
    return endUser;
  }

  private static Set<RouteClass> routeClasses(JsonNode body) {
    Set<RouteClass> classes = EnumSet.noneOf(RouteClass.class);
    JsonNode list = body.path("routeClasses");
    boolean known = list.isMissingNode() || list.isNull() || list.isArray();
    for (JsonNode item : list) {
      RouteClass found = Arrays.stream(RouteClass.values()).filter(c -> item.isTextual() && c.text().equals(item.asText())).findAny().orElse(null);
      known &= found != null && classes.add(found);
    }
    if (!known) {
      throw AdminRefusal.badRequest("routeClasses must be a list like [\"Direct\"] of " + String.join(", ", Arrays.stream(RouteClass.values()).map(RouteClass::text).toList()));
    }
    return classes;
  }

  /** "" for null and for what is not there. */
  private static String text(JsonNode body, String field) {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return "";
    }
    if (!value.isTextual()) {
      throw AdminRefusal.badRequest(field + " must be a string");
    }
    return value.asText();
  }

  private static boolean flag(JsonNode body, String field) {
    JsonNode value = body.path(field);
    if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
      throw AdminRefusal.badRequest(field + " must be true or false");
    }
    return value.asBoolean();
  }

  private static long whole(JsonNode body, String field, long least, long most, long otherwise) {
    JsonNode value = body.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < least || value.asLong() > most) {
      throw AdminRefusal.badRequest(field + " must be a whole number from " + least + " to " + most);
    }
    return value.asLong();
  }
}
