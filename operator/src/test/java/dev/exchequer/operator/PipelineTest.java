package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.crds.RuleMessages;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.watch.FolderReader;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Balance;
import dev.exchequer.policy.Provider;
import dev.exchequer.policy.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What one reading leaves for the next: the last good form, and nothing else. */
final class PipelineTest {
  private static final String BASE = "base.yaml";

  @TempDir Path config;
  private final GatewayPipeline pipeline = new GatewayPipeline(Map.of());
  private String base = "";

  @BeforeEach
  void world() throws IOException {
    base = Files.readString(Golden.folder().resolve("bad/base/base.yaml"));
    write(BASE, base);
  }

  @Test
  void aRefusedFormLeavesTheLastGoodOneInForce() throws IOException {
    Compiled first = compile();
    write(BASE, base.replace("https://api.openai.example", "http://api.openai.example"));
    Compiled second = compile();

    assertThat(codes(second)).containsExactly("LastGoodServes", "PlaintextForbidden");
    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(second.plan()).isEqualTo(first.plan());
  }

  @Test
  void theNextGoodFormTakesOver() throws IOException {
    compile();
    write(BASE, base.replace("https://api.openai.example/v1", "nonsense"));
    compile();
    write(BASE, base.replace("https://api.openai.example/v1", "https://api.openai.example/v2"));
    Compiled third = compile();

    assertThat(third.diagnostics()).isEmpty();
    assertThat(third.plan().providers()).extracting(Provider::basePath).containsExactly("/v2");
  }

  @Test
  void aDeletedObjectIsGoneAndSoIsItsLastGoodForm() throws IOException {
    write("more.yaml", project("more", "owner: x"));
    assertThat(compile().plan().projects()).hasSize(2);
    Files.delete(config.resolve("more.yaml"));
    assertThat(compile().plan().projects()).hasSize(1);
    write("more.yaml", project("more", "owner: 5"));
    Compiled after = compile();
    assertThat(after.plan().projects()).hasSize(1);
    assertThat(codes(after)).containsExactly("WrongType");
  }

  @Test
  void whatRefersToADeletedObjectIsToldSoAndComesBackWithIt() throws IOException {
    Compiled first = compile();
    write(BASE, base.replace("kind: ModelProvider\nmetadata: {name: openai}", "kind: ModelProvider\nmetadata: {name: renamed}"));
    Compiled second = compile();
    assertThat(codes(second)).contains("RefNotFound");
    assertThat(second.plan().routes()).isEmpty();
    assertThat(second.plan().keys()).isEqualTo(first.plan().keys());
    write(BASE, base);
    assertThat(compile().digest()).isEqualTo(first.digest());
  }

  @Test
  void aSyntaxErrorDeletesNothing() throws IOException {
    Compiled first = compile();
    write(BASE, base + "---\nkind: [\n");
    Compiled second = compile();
    assertThat(codes(second)).containsExactly("YamlInvalid");
    assertThat(second.digest()).isEqualTo(first.digest());

    write(BASE, "{");
    assertThat(compile().digest()).isEqualTo(first.digest());
    Files.delete(config.resolve(BASE));
    assertThat(compile().plan().keys()).isEmpty();
  }

  @Test
  void whatMayNotChangeKeepsItsFirstForm() throws IOException {
    String more =
        "---\napiVersion: exchequer.dev/v1alpha1\nkind: Balance\nmetadata: {name: grants}\n"
            + "spec: {projectRef: {name: acme}, type: Credit, unit: CREDIT, routeClasses: [Direct], initialGrants: [{id: a, amount: \"5\"}]}\n";
    write(BASE, base + more);
    Compiled first = compile();
    write(
        BASE,
        (base + more)
            .replace("{name: credit}\nspec: {projectRef: {name: acme}, type: Credit, unit: CREDIT", "{name: credit}\nspec: {projectRef: {name: other}, type: Wallet, unit: CNY")
            .replace("{unit: CREDIT, rates", "{unit: CNY, rates")
            .replace("{id: a, amount: \"5\"}", "{id: a, amount: \"50\"}")
            .replace("spec: {projectRef: {name: acme}, label: base", "spec: {projectRef: {name: other}, label: base"));
    Compiled second = compile();

    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(second.diagnostics())
        .filteredOn(d -> d.severity() == Diagnostic.Severity.error)
        .extracting(Diagnostic::message)
        .containsExactlyInAnyOrder(
            RuleMessages.PROJECT_REF_IMMUTABLE,
            RuleMessages.BALANCE_TYPE_IMMUTABLE,
            RuleMessages.BALANCE_UNIT_IMMUTABLE,
            RuleMessages.PRICE_SHEET_UNIT_IMMUTABLE,
            RuleMessages.INITIAL_GRANTS_APPEND_ONLY,
            RuleMessages.PROJECT_REF_IMMUTABLE);

    write(BASE, base + more.replace("[{id: a, amount: \"5\"}]", "[{id: a, amount: \"5\", category: Paid}, {id: b, amount: \"7\"}]"));
    Compiled third = compile();
    assertThat(third.diagnostics()).isEmpty();
    Balance grown = byName(third.plan().balances(), Balance::name, "grants");
    assertThat(grown.initialGrants()).extracting(Balance.InitialGrant::id).containsExactly("a", "b");
  }

  @Test
  void aNewcomerNeverTakesOutTheOneThatServes() throws IOException {
    write(BASE, base.replace("metadata: {name: base}\nspec: {projectRef", "metadata: {name: z}\nspec: {projectRef"));
    compile();
    write("a.yaml", "apiVersion: exchequer.dev/v1alpha1\nkind: ApiKey\nmetadata: {name: a}\n"
        + "spec: {projectRef: {name: acme}, label: thief, credentials: [{name: a, secretRef: {name: secrets, key: key}}]}\n");
    Compiled second = compile();
    assertThat(codes(second)).containsExactly("CredentialTaken");
    assertThat(second.plan().keys()).extracting(ApiKey::name).containsExactly(new ObjectName("default", "z"));
  }

  @Test
  void aRouteLosesOnlyTheModelThatAnotherOneHas() throws IOException {
    write("c.yaml", "apiVersion: exchequer.dev/v1alpha1\nkind: ModelRoute\nmetadata: {name: c}\n"
        + "spec: {models: [base, mine], hops: [{name: one, providerRef: {name: openai}, routeClass: Free}]}\n");
    Compiled compiled = compile();
    assertThat(codes(compiled)).containsExactly("ModelConflict");
    Route route = byName(compiled.plan().routes(), Route::name, "c");
    assertThat(route.models()).extracting(pattern -> pattern.text()).containsExactly("mine");
  }

  @Test
  void rotationOfTheProvidersSecretChangesNoClusterAndNoPolicy() throws IOException {
    Compiled first = compile();
    write(BASE, base.replace("sk-provider", "sk-rotated"));
    Compiled second = compile();
    assertThat(second.digest()).isEqualTo(first.digest());
    assertThat(second.plan().clusters()).isEqualTo(first.plan().clusters());
    assertThat(second.plan().secrets()).extracting(secret -> secret.value().reveal()).containsExactly("Bearer sk-rotated");
  }

  @Test
  void filesInAnyOrderAreTheSameDigest() throws IOException {
    String digest = compile().digest();
    List<String> documents = new ArrayList<>(List.of(base.split("\n---\n")));
    Random random = new Random(20261124);
    for (int round = 0; round < 10; round++) {
      Collections.shuffle(documents, random);
      Files.delete(config.resolve(BASE));
      try (var files = Files.list(config)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      for (int i = 0; i < documents.size(); i++) {
        write(random.nextInt(1000) + "-" + i + ".yml", documents.get(i));
      }
      write(BASE, "# nothing\n");
      assertThat(new GatewayPipeline(Map.of()).compile(FolderReader.read(config)).digest()).isEqualTo(digest);
    }
  }

  private static <T> T byName(List<T> items, Function<T, ObjectName> name, String wanted) {
    return items.stream().filter(item -> name.apply(item).name().equals(wanted)).findFirst().orElseThrow();
  }

  private static List<String> codes(Compiled compiled) {
    return compiled.diagnostics().stream().map(Diagnostic::code).sorted().toList();
  }

  private static String project(String name, String spec) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: " + name + "}\nspec: {" + spec + "}\n";
  }

  private Compiled compile() throws IOException {
    return pipeline.compile(FolderReader.read(config));
  }

  private void write(String file, String yaml) throws IOException {
    Files.writeString(config.resolve(file), yaml);
  }
}
