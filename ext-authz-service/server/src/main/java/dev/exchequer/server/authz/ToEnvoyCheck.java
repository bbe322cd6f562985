package dev.exchequer.server.authz;

import com.google.rpc.Code;
import com.google.rpc.Status;
import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Ending.Retry;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes our answer. */
final class ToEnvoyCheck {
  /**
   * What a provider may see of a client's request headers; and x-forwarded-proto, which is Envoy's own: without it Envoy finds no route at all. The hop
   * layer takes it off.
   */
  private static final Set<String> PASSED_ON = Set.of("content-type", "accept", "user-agent", "traceparent", "content-length", "host", "x-forwarded-proto");

  private static final Status OK = Status.newBuilder().setCode(Code.OK_VALUE).build();
  private static final Status DENIED = Status.newBuilder().setCode(Code.PERMISSION_DENIED_VALUE).build();

  private ToEnvoyCheck() {}

  /** @param clientHeaders names of what the client sent: all but the allow-list is taken off */
  static CheckResponse ok(List<Map.Entry<String, String>> set, Set<String> clientHeaders) {
    OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
    for (Map.Entry<String, String> header : set) {
      ok.addHeaders(header(header.getKey(), header.getValue()));
    }
    for (String name : clientHeaders) {
      // Envoy removes after it sets: what was just set must not be named.
      if (!PASSED_ON.contains(name) && !name.startsWith(":") && !sets(set, name)) {
        ok.addHeadersToRemove(name);
      }
    }
    return CheckResponse.newBuilder().setStatus(OK).setOkResponse(ok).build();
  }

  private static boolean sets(List<Map.Entry<String, String>> set, String name) {
    if (name.startsWith("x-exq-")) {
      for (Map.Entry<String, String> header : set) {
        if (header.getKey().equals(name)) {
          return true;
        }
      }
    }
    return false;
  }

  /** @param receipt id to show, null = none */
  static CheckResponse denied(Ending ending, @Nullable String receipt) {
    DeniedHttpResponse.Builder denied = response(ending.httpStatus(), "application/json", ErrorBody.of(ending, receipt));
    switch (ending.retry()) {
      case Retry.No no -> denied.addHeaders(header("x-should-retry", "false"));
      case Retry.Unsaid unsaid -> {}
      case Retry.After after -> denied.addHeaders(header("retry-after", Long.toString(after.seconds())));
    }
    if (receipt != null) {
      denied.addHeaders(header(AnswerHeaders.RECEIPT, receipt));
    }
    return CheckResponse.newBuilder().setStatus(DENIED).setDeniedResponse(denied).build();
  }

  /** An answer of our own: for Envoy it is a denial with status 200. */
  static CheckResponse answer(String contentType, String body) {
    return CheckResponse.newBuilder().setStatus(DENIED).setDeniedResponse(response(200, contentType, body)).build();
  }

  private static DeniedHttpResponse.Builder response(int status, String contentType, String body) {
    return DeniedHttpResponse.newBuilder()
        .setStatus(HttpStatus.newBuilder().setCodeValue(status))
        .addHeaders(header("content-type", contentType))
        .setBody(body);
  }

  private static HeaderValueOption header(String name, String value) {
    return HeaderValueOption.newBuilder()
        .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
        .setAppendAction(HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)
        .setKeepEmptyValue(value.isEmpty()) // "no edits" must replace the last attempt's edits
        .build();
  }
}
