package dev.exchequer.operator.validate;

import dev.exchequer.operator.model.BaseUrl;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Spec;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Set;

/** What can be said of one object alone and cannot be said in its schema. */
final class Semantics {
  /** Set by Envoy or the gateway on the way to a provider; a fixed header of the same name would break framing, routing or the books. */
  private static final Set<String> RESERVED_HEADERS =
      Set.of("host", "content-length", "transfer-encoding", "connection", "te", "upgrade", "accept-encoding", "content-type", "authorization");

  private Semantics() {}

  static void check(Document document, Found found) {
    Spec spec = Spec.of(document);
    switch (document.kind()) {
      case "ModelProvider" -> provider(spec, found);
      case "Balance" -> balance(spec, found);
      case "Budget" -> budget(spec, found);
      case "PriceSheet" -> priceSheet(spec, found);
      case "ApiKey" -> apiKey(spec, found);
      case "Project" -> {
        notEmpty(spec, "routeClasses", found);
        notEmpty(spec, "models", found);
      }
      case "FallbackPolicy" -> {
        if (spec.part("timeouts").duration("connect", 1) < 1) {
          found.error("Invalid", spec.part("timeouts").at("connect"), "must be more than 0");
        }
      }
      case "ModelRoute" -> route(spec, found);
      case "TokenGateway" -> Webhooks.address(spec.part("alertWebhook"), found);
      default -> {}
    }
  }

  private static void provider(Spec spec, Found found) {
    try {
      if (!BaseUrl.parse(spec.text("baseUrl")).tls() && !spec.flag("allowPlaintext")) {
        found.error("PlaintextForbidden", spec.at("baseUrl"), "sends the credential and the text unencrypted: use https, or say allowPlaintext: true");
      }
    } catch (IllegalArgumentException e) {
      found.error("Invalid", spec.at("baseUrl"), String.valueOf(e.getMessage()));
    }
    Spec auth = spec.part("auth");
    String type = auth.text("type");
    if ((type.equals("Bearer") || type.equals("Header")) && !auth.has("secretRef")) {
      found.error("Required", auth.at("secretRef"), "is required for type " + type);
    }
    if (type.equals("None") && auth.has("secretRef")) {
      found.error("Invalid", auth.at("secretRef"), "is not used by type None: remove it, or say Bearer or Header");
    }
    if (type.equals("Header") && !auth.has("headerName")) {
      found.error("Required", auth.at("headerName"), "is required for type Header");
    }
    // authorization is right here: it is how a provider without "Bearer" is reached
    if (auth.has("headerName") && !auth.text("headerName").equalsIgnoreCase("authorization")) {
      header(auth, "headerName", found);
    }
    spec.list("headers").forEach(header -> header(header, "name", found));
  }

  private static void header(Spec holder, String field, Found found) {
    String name = holder.text(field).toLowerCase(Locale.ROOT);
    if (RESERVED_HEADERS.contains(name) || name.startsWith("x-exq-") || name.startsWith("x-envoy-") || name.startsWith("x-exchequer-")) {
      found.error("Invalid", holder.at(field), "the header " + name + " is the gateway's own");
    }
  }

  private static void balance(Spec spec, Found found) {
    for (Spec grant : spec.list("initialGrants")) {
      long starts = time(grant, "startsAt", found);
      long expires = time(grant, "expiresAt", found);
      if (expires != 0 && starts >= expires) {
        found.error("Invalid", grant.at("expiresAt"), "must be later than startsAt");
      }
    }
    spec.list("recurringGrants").forEach(grant -> calendar(grant, found));
  }

  /** A period with its first day and its time zone. */
  private static void calendar(Spec window, Found found) {
    if (window.text("period").equals("Week") && window.number("anchorDay", 1) > 7) {
      found.error("Invalid", window.at("anchorDay"), "must be a day of the week, 1 (Monday) to 7");
    }
    try {
      ZoneId.of(window.text("timeZone", "UTC"));
    } catch (DateTimeException e) {
      found.error("TimeZoneUnknown", window.at("timeZone"), "there is no time zone " + window.text("timeZone"));
    }
  }

  private static void budget(Spec spec, Found found) {
    Spec window = spec.part("window");
    calendar(window, found);
    if (spec.has("task") && spec.part("task").node().size() > 0 && !spec.text("per").equals("Task")) {
      found.warning("Unused", spec.at("task"), "is only used with per: Task");
    }
  }

  private static void priceSheet(Spec spec, Found found) {
    long from = time(spec, "effectiveFrom", found);
    long until = time(spec, "effectiveUntil", found);
    if (until != 0 && from >= until) {
      found.error("Invalid", spec.at("effectiveUntil"), "must be later than effectiveFrom");
    }
    for (Spec rate : spec.list("rates")) {
      // an unknown price is never free
      if (!rate.text("charge").equals("None") && rate.list("meters").isEmpty()) {
        found.error("Required", rate.at("meters"), "is required: a rate without prices is free only with charge: None");
      }
    }
  }

  private static void apiKey(Spec spec, Found found) {
    spec.list("credentials").forEach(credential -> time(credential, "expiresAt", found));
    notEmpty(spec, "routeClasses", found);
    notEmpty(spec, "models", found);
  }

  private static void route(Spec spec, Found found) {
    Spec output = spec.part("output");
    if (output.has("defaultTokens") && output.has("maxTokens") && output.longNumber("defaultTokens", 0) > output.longNumber("maxTokens", 0)) {
      found.error("Invalid", output.at("defaultTokens"), "must be at most maxTokens");
    }
    if (output.has("minTokens") && !output.text("reserve").equals("Clamp")) {
      found.warning("Unused", output.at("minTokens"), "is only used with reserve: Clamp");
    }
    if (spec.texts("endpoints").contains("Embeddings") && spec.texts("endpoints").size() > 1) {
      found.error("Invalid", spec.at("endpoints"), "Embeddings stands alone: models that embed do not complete");
    }
  }

  private static void notEmpty(Spec spec, String field, Found found) {
    if (spec.has(field) && spec.list(field).isEmpty()) {
      found.error("Invalid", spec.at(field), "must not be empty: leave it out where nothing is to be narrowed");
    }
  }

  /** Milliseconds, 0 = absent or wrong. */
  private static long time(Spec spec, String field, Found found) {
    if (!spec.has(field)) {
      return 0;
    }
    return Spec.parseTime(spec.text(field))
        .orElseGet(
            () -> {
              found.error("Invalid", spec.at(field), "must be a time like 2026-11-24T00:00:00Z");
              return 0L;
            });
  }
}
