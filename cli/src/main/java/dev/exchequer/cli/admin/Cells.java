package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.StringJoiner;

/** JSON values as a person reads them in a table. */
final class Cells {
  static final String NOTHING = "-";

  private Cells() {}

  static String text(JsonNode node) {
    return node.isMissingNode() || node.isNull() || node.asText().isEmpty() ? NOTHING : node.asText();
  }

  /** "12.340000000" as 12.34. */
  static String amount(JsonNode node) {
    String text = text(node);
    try {
      BigDecimal value = new BigDecimal(text).stripTrailingZeros();
      return value.setScale(Math.max(0, value.scale())).toPlainString();
    } catch (NumberFormatException e) {
      return text;
    }
  }

  static String list(JsonNode array) {
    StringJoiner items = new StringJoiner(",").setEmptyValue(NOTHING);
    array.forEach(item -> items.add(item.asText()));
    return items.toString();
  }
}
