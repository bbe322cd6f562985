package dev.exchequer.operator.translate;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.exchequer.operator.ir.ClusterPlan;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.Http1ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.http.injected_credentials.generic.v3.Generic;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig;
import java.util.List;

/** What happens to a request last and to an answer first: internal headers go, the account's own headers and its credential come. */
final class UpstreamFilters {
  static final String OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";
  private static final String HEADER_MUTATION = "type.googleapis.com/envoy.extensions.filters.http.header_mutation.v3.HeaderMutation";
  private static final List<String> REQUEST_PREFIXES = List.of("x-exq-", "x-envoy-");
  /** Else a provider could speak to the gateway, or to its clients in the gateway's name. */
  private static final List<String> RESPONSE_PREFIXES = List.of("x-exq-", "x-exchequer-", "x-envoy-");

  private static final Any GATHER =
      Packed.of(
          Lua.newBuilder().setStatPrefix("gather").setDefaultSourceCode(DataSource.newBuilder().setInlineString(Texts.read("gather.lua"))).build());

  /**
   * Envoy lets go of an idle connection before a provider does (they close after a minute or so): a request that is sent while its connection is being
   * closed would be lost, and nobody could say whether it was served.
   */
  private static final Duration IDLE = PublicRoutes.millis(30_000);

  private UpstreamFilters() {}

  static HttpProtocolOptions of(ClusterPlan plan) {
    HttpProtocolOptions.Builder options =
        HttpProtocolOptions.newBuilder()
            .setCommonHttpProtocolOptions(io.envoyproxy.envoy.config.core.v3.HttpProtocolOptions.newBuilder().setIdleTimeout(IDLE))
            .setExplicitHttpConfig(ExplicitHttpConfig.newBuilder().setHttpProtocolOptions(Http1ProtocolOptions.getDefaultInstance()));
    options.addHttpFilters(filter("envoy.filters.http.header_mutation", headers(plan.headers())));
    String secret = plan.secret();
    if (secret != null) {
      // after the removal, so that no prefix of ours can take the credential away
      options.addHttpFilters(filter("envoy.filters.http.credential_injector", Packed.of(credential(secret, plan.credentialHeader()))));
    }
    options.addHttpFilters(filter("envoy.filters.http.lua", GATHER));
    options.addHttpFilters(filter("envoy.filters.http.upstream_codec", Packed.of(UpstreamCodec.getDefaultInstance())));
    return options.build();
  }

  private static CredentialInjector credential(String secret, String header) {
    ConfigSource ads =
        ConfigSource.newBuilder()
            .setAds(AggregatedConfigSource.getDefaultInstance())
            .setResourceApiVersion(ApiVersion.V3)
            // a cluster that waits for its secret keeps all others waiting; the default is 15 s
            .setInitialFetchTimeout(PublicRoutes.millis(3000))
            .build();
    Generic generic =
        Generic.newBuilder().setCredential(SdsSecretConfig.newBuilder().setName(secret).setSdsConfig(ads)).setHeader(header).build();
    // allow_request_without_credential stays off: a request whose key has not arrived is refused with 401, not sent
    return CredentialInjector.newBuilder()
        .setOverwrite(true)
        .setCredential(
            TypedExtensionConfig.newBuilder().setName("envoy.http.injected_credentials.generic").setTypedConfig(Packed.of(generic)))
        .build();
  }

  /** As TypedStruct: remove_on_match is younger than the protos at hand (Envoy 1.34). */
  private static Any headers(List<ClusterPlan.Header> fixed) {
    ListValue.Builder request = ListValue.newBuilder();
    REQUEST_PREFIXES.forEach(prefix -> request.addValues(remove(prefix)));
    fixed.forEach(header -> request.addValues(set(header)));
    ListValue.Builder response = ListValue.newBuilder();
    RESPONSE_PREFIXES.forEach(prefix -> response.addValues(remove(prefix)));
    Value mutations = struct("request_mutations", Value.newBuilder().setListValue(request).build(), "response_mutations",
        Value.newBuilder().setListValue(response).build());
    return Packed.of(
        TypedStruct.newBuilder().setTypeUrl(HEADER_MUTATION).setValue(Struct.newBuilder().putFields("mutations", mutations)).build());
  }

  private static Value remove(String prefix) {
    return struct("remove_on_match", struct("key_matcher", struct("prefix", string(prefix))));
  }

  private static Value set(ClusterPlan.Header header) {
    // a percent sign begins a formatter's command
    Value pair = struct("key", string(header.name()), "value", string(header.value().replace("%", "%%")));
    return struct("append", struct("header", pair, "append_action", string("OVERWRITE_IF_EXISTS_OR_ADD")));
  }

  private static Value struct(String key, Value value) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(key, value)).build();
  }

  private static Value struct(String key, Value value, String key2, Value value2) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(key, value).putFields(key2, value2)).build();
  }

  private static Value string(String text) {
    return Value.newBuilder().setStringValue(text).build();
  }

  private static HttpFilter filter(String name, Any config) {
    return HttpFilter.newBuilder().setName(name).setTypedConfig(config).build();
  }
}
