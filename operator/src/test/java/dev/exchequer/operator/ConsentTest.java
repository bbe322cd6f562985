package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may use what, over two namespaces: consent that comes and goes, labels that change, keys that are made. */
final class ConsentTest {
  private static final ObjectName CI = new ObjectName("team-acme", "ci");

  @TempDir Path folder;
  private final GatewayPipeline pipeline = new GatewayPipeline(Map.of());
  private String world = "";

  @BeforeEach
  void read() throws IOException {
    world = Files.readString(Golden.folder().resolve("kube/two-namespaces.yaml"));
  }

  @Test
  void whatIsConsentedToServes() throws IOException {
    Compiled compiled = compile(world);
    assertThat(compiled.diagnostics()).isEmpty();
    assertThat(compiled.plan().keys()).singleElement().satisfies(key -> assertThat(key.project()).isEqualTo(new ObjectName("default", "acme")));
    assertThat(compiled.plan().routes())
        .extracting(route -> route.name() + " " + route.audience().allNamespaces() + " " + route.audience().namespaces())
        .containsExactly("default/gpt-5.1 true []", "default/team-only false [team-acme]", "team-acme/gpt-5.1 false []", "team-acme/relayed false []");
  }

  @Test
  void withdrawnConsentTakesOutWhatServed() throws IOException {
    compile(world);
    Compiled second = compile(world.replace("values: [team-acme]", "values: [team-other]"));
    assertThat(second.plan().keys()).isEmpty();
    assertThat(lines(second))
        .containsExactly(
            "RefNotPermitted ApiKey team-acme/ci spec.projectRef.namespace: "
                + "Project default/acme does not allow references from namespace team-acme: add it to the project's spec.usableFrom");
    assertThat(routes(second)).as("the routes stand by consents of their own").hasSize(4);
    assertThat(compile(world).plan().keys()).extracting(ApiKey::name).containsExactly(CI);
  }

  @Test
  void aChangedLabelIsAnotherConsent() throws IOException {
    String byLabel = world.replace("{key: kubernetes.io/metadata.name, operator: In, values: [team-acme]}", "{key: team, operator: In, values: [acme]}");
    assertThat(compile(byLabel).plan().keys()).as("no document, no labels").isEmpty();
    assertThat(compile(byLabel + namespace("{team: acme}")).plan().keys()).hasSize(1);
    assertThat(compile(byLabel + namespace("{team: other}")).plan().keys()).isEmpty();
    Compiled wrong = compile(byLabel + namespace("{team: 5}"));
    assertThat(lines(wrong)).contains("WrongType Namespace default/team-acme metadata.labels.team: must be a string: put it in quotes");
  }

  @Test
  void namesOfOthersAreNotSuggested() throws IOException {
    String asked = world.replace("providerRef: {name: relay-a, namespace: default}", "providerRef: {name: %s, namespace: default}");
    assertThat(lines(compile(asked.formatted("oficial")))).singleElement().asString().endsWith("there is no ModelProvider default/oficial");
    assertThat(lines(compile(asked.formatted("relay-b")))).singleElement().asString().contains("there is no ModelProvider default/relay-b").contains("relay-a");
  }

  @Test
  void anotherNamespaceIsTheGateways() throws IOException {
    Compiled compiled = new GatewayPipeline(Map.of(), GatewayIdentity.of("team-acme")).compile(Yaml.reading(folder, world));
    assertThat(lines(compiled))
        .containsExactly(
            "AudienceNotPermitted ModelRoute default/gpt-5.1 spec.audience.namespaces.from: "
                + "only routes in the gateway's namespace team-acme may serve other namespaces: this one serves the keys of default",
            "AudienceNotPermitted ModelRoute default/team-only spec.audience.namespaces.from: "
                + "only routes in the gateway's namespace team-acme may serve other namespaces: this one serves the keys of default");
    assertThat(compiled.plan().routes()).extracting(Route::audience).containsOnly(Route.Audience.OWN);
  }

  @Test
  void theGatewaysBodyLimitGoesToTheService() throws IOException {
    String gateway = "---\napiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: main}\nspec: {%s}\n";
    assertThat(compile(world).plan().gateway().maxRequestBytes()).as("no gateway: Envoy's").isZero();
    assertThat(compile(world + gateway.formatted("maxRequestBytes: 33554432")).digest()).as("the default is what Envoy's listener lets through").isEqualTo(compile(world + gateway.formatted("")).digest());
    Compiled limited = compile(world + gateway.formatted("maxRequestBytes: 4096"));
    assertThat(limited.plan().gateway().maxRequestBytes()).isEqualTo(4096);
    assertThat(limited.digest()).isNotEqualTo(compile(world).digest());
    assertThat(lines(compile(world + gateway.formatted("maxRequestBytes: 33554433")))).singleElement().asString().isEqualTo("Invalid TokenGateway default/main spec.maxRequestBytes: must be at most 33554432");
  }

  @Test
  void aGeneratedKeyIsTheSecretOfThatName() throws IOException {
    String generated = world.replace("secretRef: {name: own-openai, key: ci}", "generate: {secretName: made}");
    assertThat(lines(compile(generated)))
        .containsExactly(
            "RefNotFound ApiKey team-acme/ci spec.credentials[0].generate: "
                + "there is no Secret team-acme/made, and there is no operator to make it: add it, or use `exchequer keys create`");
    assertThat(lines(compile(generated + secret("{other: x}"))))
        .containsExactly("SecretInvalid ApiKey team-acme/ci spec.credentials[0].generate: the Secret team-acme/made has no key apiKey: add it");
    assertThat(lines(compile(generated + secret("{apiKey: short}")))).singleElement().asString().startsWith("KeyTooShort");
    Compiled good = compile(generated + secret("{apiKey: exq-0123456789abcdef0123456789abcdef0123456789abcdef}"));
    assertThat(good.diagnostics()).isEmpty();
    assertThat(good.digest()).as("the same key from a secretRef is the same plan").isEqualTo(new GatewayPipeline(Map.of()).compile(Yaml.reading(folder, world)).digest());
  }

  private Compiled compile(String yaml) throws IOException {
    return pipeline.compile(Yaml.reading(folder, yaml));
  }

  private static List<String> lines(Compiled compiled) {
    return compiled.diagnostics().stream()
        .filter(d -> !d.code().equals("LastGoodServes"))
        .map(d -> d.code() + " " + d.object() + " " + d.field() + ": " + d.message())
        .toList();
  }

  private static List<ObjectName> routes(Compiled compiled) {
    return compiled.plan().routes().stream().map(Route::name).toList();
  }

  private static String namespace(String labels) {
    return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: team-acme, labels: " + labels + "}\n";
  }

  private static String secret(String data) {
    return "---\napiVersion: v1\nkind: Secret\nmetadata: {name: made, namespace: team-acme}\nstringData: " + data + "\n";
  }
}
