package dev.exchequer.server.authz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationImplBase;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.stub.StreamObserver;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** A Check as Envoy sends it, and what came back. */
@NullMarked
record Check(CheckRequest request) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Check of(String method, String path, String body, String... headers) {
    HttpRequest.Builder http = HttpRequest.newBuilder().setMethod(method).setPath(path).setRawBody(ByteString.copyFromUtf8(body));
    http.putHeaders(":method", method).putHeaders(":path", path).putHeaders(":authority", "gateway");
    for (int i = 0; i < headers.length; i += 2) {
      http.putHeaders(headers[i], headers[i + 1]);
    }
    CheckRequest.Builder request = CheckRequest.newBuilder();
    request.getAttributesBuilder().getRequestBuilder().setHttp(http);
    return new Check(request.build());
  }

  static Check chat(String key, String body, String... headers) {
    return post("/v1/chat/completions", key, body, headers);
  }

  static Check post(String path, String key, String body, String... headers) {
    String[] all = new String[headers.length + 4];
    System.arraycopy(new String[] {"authorization", "Bearer sk-" + key, "content-type", "application/json"}, 0, all, 0, 4);
    System.arraycopy(headers, 0, all, 4, headers.length);
    return of("POST", path, body, all);
  }

  Answer by(AuthorizationImplBase service) {
    return new Answer(start(service).join());
  }

  CompletableFuture<CheckResponse> start(AuthorizationImplBase service) {
    CompletableFuture<CheckResponse> answer = new CompletableFuture<>();
    service.check(request, new StreamObserver<>() {
      private @Nullable CheckResponse got;

      @Override
      public void onNext(CheckResponse response) {
        if (got != null) {
          throw new IllegalStateException("answered twice");
        }
        got = response;
      }

      @Override
      public void onError(Throwable error) {
        answer.completeExceptionally(error);
      }

      @Override
      public void onCompleted() {
        answer.complete(Objects.requireNonNull(got));
      }
    });
    return answer.orTimeout(10, TimeUnit.SECONDS);
  }

  record Answer(CheckResponse response) {
    boolean ok() {
      return response.hasOkResponse() && response.getStatus().getCode() == 0;
    }

    int status() {
      return response.getDeniedResponse().getStatus().getCodeValue();
    }

    JsonNode json() {
      return json(response.getDeniedResponse().getBody());
    }

    static JsonNode json(String text) {
      try {
        return JSON.readTree(text);
      } catch (JsonProcessingException e) {
        throw new AssertionError(text, e);
      }
    }

    String body() {
      return response.getDeniedResponse().getBody();
    }

    @Nullable String error(String field) {
      return json().at("/error/" + field).textValue();
    }

    Map<String, String> headers() {
      List<HeaderValueOption> list = ok() ? response.getOkResponse().getHeadersList() : response.getDeniedResponse().getHeadersList();
      Map<String, String> headers = new HashMap<>();
      for (HeaderValueOption option : list) {
        if (option.getAppendAction() != HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD || headers.put(option.getHeader().getKey(), option.getHeader().getValue()) != null) {
          throw new AssertionError("added and not set: " + option);
        }
      }
      return headers;
    }

    List<String> removed() {
      return response.getOkResponse().getHeadersToRemoveList();
    }
  }
}
