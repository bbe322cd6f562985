package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Ending.Retry;
import org.jspecify.annotations.Nullable;

/** The endings that this edge decides alone (CONTRACTS section 1); all others come from the engine. */
final class Endings {
  private static final Retry NO = new Retry.No();

  static final Ending UNKNOWN_KEY =
      Ending.of(401, "invalid_api_key", "The API key is missing, unknown or expired. Send it as `Authorization: Bearer <key>`.", NO);
  static final Ending KEY_SUSPENDED = Ending.of(403, "key_suspended", "This API key is suspended.", NO);
  static final Ending PROJECT_SUSPENDED = Ending.of(403, "project_suspended", "The project of this API key is suspended.", NO);
  static final Ending CONTENT_ENCODING =
      Ending.of(415, "unsupported_media_type", "Send the body without a content encoding.", NO).withParam("content-encoding");
  static final Ending CONTENT_TYPE =
      Ending.of(415, "unsupported_media_type", "Send the body as `Content-Type: application/json`.", NO).withParam("content-type");
  static final Ending UNAVAILABLE =
      Ending.of(503, "accounting_unavailable", "The request cannot be accounted for right now and was not sent.", new Retry.Unsaid());
  static final Ending RESTARTED =
      Ending.of(503, "accounting_restarted", "The accounting service was restarted between two attempts of this request.", new Retry.Unsaid());
  static final Ending NO_RECEIPT = Ending.of(404, "receipt_not_found", "No such receipt in this project (a running request has none yet).", NO);

  private Endings() {}

  static Ending notSupported(ClientCall call) {
    String path = call.path().length() > 200 ? call.path().substring(0, 200) : call.path();
    return Ending.of(404, "endpoint_not_supported", "`" + call.method() + " " + path + "` is not supported here.", NO);
  }

  static Ending tooLarge(long bytes, long most) {
    return Ending.of(413, "request_too_large", "The request's body is larger than this gateway takes: " + bytes + " bytes, at most " + most + ".", NO);
  }

  static Ending invalid(@Nullable String param, String message) {
    Ending ending = Ending.of(400, "invalid_request_error", message, NO);
    return param == null ? ending : ending.withParam(param);
  }

  static Ending modelNotFound(String model) {
    return Ending.of(404, "model_not_found", "No route serves the model `" + model + "` at this endpoint. GET /v1/models lists what this key may use.", NO).withParam("model");
  }
}
