package dev.exchequer.operator.translate;

import java.util.HashMap;
import java.util.Map;

/**
 * Envoy's own replies in the form of the API: OpenAI's error object, with the codes of the endings that never reach the accounting service. A reply is told
 * from a refusal of that service, which has its body already, by the response code details (CEL), as both are "local" to Envoy.
 */
final class LocalReplies {
  private LocalReplies() {}

  static Map<String, String> placeholders() {
    Map<String, String> values = new HashMap<>();
    values.put("refusedByService", details("ext_authz_denied"));
    values.put("serviceFailed", details("ext_authz_error"));
    for (int status : new int[] {403, 404, 408, 413, 431, 504}) {
      values.put("status." + status, status("EQ", status));
    }
    values.put("status.5xx", status("GE", 500));
    values.put("status.4xx", status("GE", 400));
    values.put("status.any", status("GE", 100));
    values.put("noRetry", header("x-should-retry", "false"));
    values.put("local", header("x-exq-local", "%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%"));
    values.put("body.400", body("invalid_request_error", "invalid_request_error", "The request could not be read."));
    values.put("body.404", body("invalid_request_error", "endpoint_not_supported", "This gateway does not serve this path and method."));
    values.put("body.408", body("invalid_request_error", "request_timeout", "The request did not arrive in time."));
    values.put("body.413", body("invalid_request_error", "request_too_large", "The request's body is larger than this gateway takes."));
    values.put("body.431", body("invalid_request_error", "request_headers_too_large", "The request's headers are larger than this gateway takes."));
    values.put("body.503", body("api_error", "accounting_unavailable", "The gateway cannot account for requests now."));
    values.put("body.504", body("api_error", "provider_timeout", "The request took longer than this gateway allows."));
    return values;
  }

  private static String details(String details) {
    return "{extension_filter: {name: envoy.access_loggers.extension_filters.cel, typed_config: {"
        + "'@type': type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter, "
        + "expression: \"response.code_details == '" + details + "'\"}}}";
  }

  /** Envoy insists on a runtime key. */
  private static String status(String op, int status) {
    return "{status_code_filter: {comparison: {op: " + op + ", value: {default_value: " + status + ", runtime_key: exq.unset}}}}";
  }

  private static String header(String name, String value) {
    return "{header: {key: " + name + ", value: " + EnvoyBootstrap.text(value) + "}, append_action: OVERWRITE_IF_EXISTS_OR_ADD}";
  }

  private static String body(String type, String code, String message) {
    String json =
        "{\"error\":{\"message\":\"" + message + "\",\"type\":\"" + type + "\",\"code\":\"" + code + "\",\"param\":null,\"receipt\":null}}";
    return "{content_type: application/json, text_format_source: {inline_string: " + EnvoyBootstrap.text(json) + "}}";
  }
}
