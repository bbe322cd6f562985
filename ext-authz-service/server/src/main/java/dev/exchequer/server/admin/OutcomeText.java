package dev.exchequer.server.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How an attempt ended, in words: "429 rate limited, moved on"; "200, 1,204 in (1,024 cached) 311 out". */
final class OutcomeText {
  private static final Set<String> INPUT = Set.of("Input", "CacheRead", "CacheWrite5m", "CacheWrite1h", "AudioInput", "ImageInput");
  private static final Set<String> OUTPUT = Set.of("Output", "AudioOutput");

  private OutcomeText() {}

  static String of(JsonNode hop, boolean movedOn) {
    String outcome = ReceiptText.of(hop.path("outcome"));
    String status = hop.path("httpStatus").isInt() ? hop.path("httpStatus").asText() : "";
    String words =
        switch (outcome) {
          case "Completed" -> (status.isEmpty() ? "answered" : status) + ", " + usage(hop.path("usage"));
          case "ProviderStatus" -> status + " " + statusWords(hop.path("httpStatus").asInt());
          case "ConnectFailure" -> "could not connect";
          case "FirstByteTimeout" -> "no first byte in time";
          case "ResponseTimeout" -> "no whole answer in time";
          case "Unreadable" -> "answer not readable";
          case "EmptyError" -> "empty answer that says it failed";
          case "StreamBroken" -> "provider broke off, " + usage(hop.path("usage"));
          case "ClientGone" -> "client left, " + usage(hop.path("usage"));
          case "InDoubt" -> "in doubt, " + usage(hop.path("usage"));
          case "Skipped" -> "skipped: " + SkipText.brief(ReceiptText.of(hop.path("skipReason")));
          default -> outcome;
        };
    return movedOn ? words + ", moved on" : words;
  }

  private static String statusWords(int status) {
    return switch (status) {
      case 401, 403 -> "provider does not accept our key";
      case 402 -> "provider wants to be paid";
      case 404 -> "provider does not know the model or path";
      case 408 -> "provider gave up waiting";
      case 429 -> "rate limited";
      default -> status >= 500 ? "provider error" : "provider rejected the request";
    };
  }

  private static String usage(JsonNode usage) {
    long in = 0;
    long out = 0;
    List<String> others = new ArrayList<>();
    for (Map.Entry<String, JsonNode> meter : usage.path("meters").properties()) {
      if (INPUT.contains(meter.getKey())) {
        in += meter.getValue().asLong();
      } else if (OUTPUT.contains(meter.getKey())) {
        out += meter.getValue().asLong();
      } else if (!meter.getKey().equals("Request") && meter.getValue().asLong() > 0) {
        others.add(ReceiptText.count(meter.getValue().asLong()) + " " + (meter.getKey().equals("ToolCall") ? "tool calls" : meter.getKey()));
      }
    }
    String source = ReceiptText.of(usage.path("source"));
    if (source.isEmpty() || source.equals("None")) {
      return "usage unknown";
    }
    long cached = usage.path("meters").path("CacheRead").asLong();
    String tokens = ReceiptText.count(in) + " in " + (cached > 0 ? "(" + ReceiptText.count(cached) + " cached) " : "") + ReceiptText.count(out) + " out";
    String more = others.isEmpty() ? "" : ", " + String.join(", ", others);
    return tokens + more + (source.equals("Estimated") ? " (estimated)" : "");
  }
}
