package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.money.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/** How single values of a receipt's JSON look to people. Absent and undisclosed values are empty, never "null". */
final class ReceiptText {
  private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final String DEFAULT_PREFIX = ObjectName.DEFAULT_NAMESPACE + "/";
  private static final long MILLIS_PER_SECOND = 1_000;

  private ReceiptText() {}

  /** Callers choose model names and labels: no line breaks and no terminal commands from them. */
  static String of(JsonNode node) {
    String text = node.isNull() || node.isMissingNode() ? "" : node.asText();
    return text.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
  }

  /** An object's name without the namespace `default`. */
  static String shortName(JsonNode node) {
    String name = of(node);
    return name.startsWith(DEFAULT_PREFIX) ? name.substring(DEFAULT_PREFIX.length()) : name;
  }

  static Optional<BigDecimal> decimal(JsonNode node) {
    if (node.isNull() || node.isMissingNode()) {
      return Optional.empty();
    }
    return Optional.of(new BigDecimal(node.asText()));
  }

  /** Without trailing zeros. */
  static String amount(JsonNode node) {
    return decimal(node).map(Money::text).orElse("");
  }

  static boolean positive(JsonNode node) {
    return decimal(node).map(value -> value.signum() > 0).orElse(false);
  }

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String time(JsonNode node) {
    return node.isTextual() ? SECONDS.format(Instant.parse(node.asText())) : "";
  }

  static String duration(JsonNode millis) {
    long ms = millis.asLong();
    long tenths = (ms + 50) / 100;
    return ms < MILLIS_PER_SECOND ? ms + " ms" : tenths / 10 + "." + tenths % 10 + " s";
  }
}
