package dev.exchequer.operator.kube;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.reconcile.KubernetesOperator;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a person sees who types `kubectl get`: the tables that the real kubectl prints of a story that has every kind. */
final class PrintedIT {
  private static final String MONEY = "money";
  private static final String TEAM = "team-acme";

  private final RealApi api = RealApi.get();

  private static final class Played implements KubernetesOperator.Serving {
    @Override
    public void activate(Compiled compiled, Consumer<Outcome> done) {
      done.accept(new Outcome.Serving());
    }

    @Override
    public Outcome current() {
      return new Outcome.Serving();
    }
  }

  @AfterEach
  void remove() {
    api.take(MONEY);
    api.take(TEAM);
  }

  @Test
  void theTablesOfEveryKind() throws IOException, InterruptedException {
    apply();
    Map<String, String> printed = new TreeMap<>();
    try (KubernetesOperator operator = KubernetesOperator.start(api.client(), new KubernetesOperator.Settings(Set.of(MONEY, TEAM), null, true, MONEY), new Played())) {
      assertThat(operator.healthy()).isTrue();
      RealApi.await("all are ready", () -> unready() == 0);
      for (String kind : api.plurals().values()) {
        printed.put(kind, table("get", kind, "--namespace", kind.equals("apikeys") ? TEAM : MONEY));
      }
      printed.put("exchequer", table("get", "exchequer", "--namespace", TEAM));
    }
    assertThat(printed)
        .isEqualTo(
            new TreeMap<>(
                Map.of(
                    "apikeys", "NAME PROJECT LABEL READY AGE|app acme chat app True AGE",
                    "balances", "NAME PROJECT TYPE UNIT POSTED HELD AVAILABLE READY AGE|credit acme Credit CREDIT True AGE|wallet acme Wallet CNY True AGE",
                    "budgets", "NAME TARGET PER LIMIT SPENT MODE READY AGE|acme-month acme ApiKey Enforce True AGE",
                    "fallbackpolicies", "NAME CROSSING READY AGE|premium-then-pool WithConsent True AGE",
                    "modelproviders", "NAME URL READY AGE|openai http://127.0.0.1:9100/v1 True AGE|relay-a http://127.0.0.1:9100/v1 True AGE",
                    "modelroutes", "NAME MODELS HOPS CROSSING READY AGE|gpt-5.1 [\"gpt-5.1\"] official(Direct) > pool(Pool) WithConsent True AGE",
                    "pricesheets", "NAME UNIT READY AGE|cny-2026 CNY True AGE|credit-2026 CREDIT True AGE",
                    "tokengateways", "NAME ROUTES ENVOYS PLAN READY AGE|exchequer 1 0/0 DIGEST True AGE",
                    "projects", "NAME OWNER READY AGE|acme cfo@acme.example True AGE",
                    "exchequer", "NAME PROJECT LABEL READY AGE|apikey.exchequer.dev/app acme chat app True AGE")));
  }

  private void apply() throws IOException {
    api.namespace(MONEY);
    assertThat(api.create(MONEY, "apiVersion: exchequer.dev/v1alpha1\nkind: TokenGateway\nmetadata: {name: exchequer}\nspec: {}\n").code()).isEqualTo(201);
    for (String document : RealApi.documents(Files.readString(RealApi.root().resolve("examples/stories/budget-per-month/story.yaml")))) {
      JsonNode object = RealApi.YAML.readTree(document);
      if (object.path("kind").asText().equals("Namespace")) {
        String name = object.at("/metadata/name").asText();
        api.namespace(name);
        assertThat(api.patch("/api/v1/namespaces/" + name, "{\"metadata\":{\"labels\":{\"team\":\"acme\"}}}").good()).isTrue();
      } else {
        RealApi.Answer answer = api.create(object.at("/metadata/namespace").asText(), document);
        assertThat(answer.code()).as(() -> document + answer.body().toPrettyString()).isEqualTo(201);
      }
    }
  }

  private long unready() {
    long count = 0;
    for (String namespace : Set.of(MONEY, TEAM)) {
      for (String plural : api.plurals().values()) {
        for (JsonNode item : api.read(RealApi.GROUP + "/namespaces/" + namespace + "/" + plural).body().path("items")) {
          boolean ready = item.at("/status/conditions").valueStream().anyMatch(c -> c.path("type").asText().equals("Ready") && c.path("status").asText().equals("True"));
          count += ready ? 0 : 1;
        }
      }
    }
    return count;
  }

  /** Without the blanks between columns; how old things are is not the same every time. */
  private String table(String... arguments) throws IOException, InterruptedException {
    return api.kubectl(arguments).lines().map(line -> line.strip().replaceAll(" +", " ").replaceAll(" \\d+[smh]\\d*s?$", " AGE").replaceAll("\\b[0-9a-f]{8,12}\\b", "DIGEST")).collect(Collectors.joining("|"));
  }
}
