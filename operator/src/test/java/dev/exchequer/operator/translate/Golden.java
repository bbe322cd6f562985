package dev.exchequer.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.extensions.filters.http.credential_injector.v3.CredentialInjector;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.upstream_codec.v3.UpstreamCodec;
import io.envoyproxy.envoy.extensions.http.injected_credentials.generic.v3.Generic;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Text against the files in golden-envoy; {@code -Dgolden.update=true} rewrites them, and then fails the run. */
final class Golden {
  private static final Path FOLDER = Path.of("src/test/resources/golden-envoy");
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(Route.getDescriptor())
                  .add(HttpRequestHeaderMatchInput.getDescriptor())
                  .add(ExtAuthzPerRoute.getDescriptor())
                  .add(HttpProtocolOptions.getDescriptor())
                  .add(CredentialInjector.getDescriptor())
                  .add(Generic.getDescriptor())
                  .add(UpstreamCodec.getDescriptor())
                  .add(Lua.getDescriptor())
                  .add(UpstreamTlsContext.getDescriptor())
                  .add(CaresDnsResolverConfig.getDescriptor())
                  .add(com.github.xds.type.v3.TypedStruct.getDescriptor())
                  .build());

  private Golden() {}

  static void check(String file, String actual) throws IOException {
    Path path = FOLDER.resolve(file);
    if (Boolean.getBoolean("golden.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(path, actual);
      throw new AssertionError("rewrote " + path + ": look at the difference, then run again without -Dgolden.update");
    }
    assertThat(actual).isEqualTo(Files.readString(path));
  }

  static String yaml(List<? extends MessageOrBuilder> messages) throws IOException {
    List<JsonNode> nodes = new ArrayList<>();
    for (MessageOrBuilder message : messages) {
      nodes.add(new ObjectMapper().readTree(JSON.print(message)));
    }
    YAMLFactory factory =
        YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).enable(YAMLGenerator.Feature.MINIMIZE_QUOTES).build();
    return new ObjectMapper(factory).writeValueAsString(nodes);
  }
}
