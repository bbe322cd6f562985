package dev.exchequer.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.translate.Resources;
import dev.exchequer.operator.translate.ToEnvoy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pipeline remembers makes it faster and nothing else: after any sequence of edits it gives what one gives that begins with them. */
final class MemoTest {
  private static final int EDITS = 150;

  private final SortedMap<ObjectKey, Document> objects = new TreeMap<>();
  private long generation = 1;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aPipelineThatRemembersGivesTheSameAsOneThatBegins(long seed) {
    Random random = new Random(seed);
    GatewayPipeline remembers = new GatewayPipeline(Map.of());
    ToEnvoy toEnvoy = new ToEnvoy(ToEnvoy.SYSTEM_TRUST);
    ScaleWorld.base().forEach(this::put);
    for (int i = 0; i < EDITS; i++) {
      edit(random);
      Reading reading = new Reading(new ArrayList<>(objects.values()), List.of(), "");
      Compiled one = remembers.compile(reading);
      Compiled other = new GatewayPipeline(Map.of()).compile(reading);
      assertThat(one.digest()).as("edit %d", i).isEqualTo(other.digest());
      assertThat(one.policy()).isEqualTo(other.policy());
      assertThat(one.plan()).isEqualTo(other.plan());
      assertThat(one.diagnostics()).isEqualTo(other.diagnostics());
      Resources envoy = toEnvoy.resources(one.plan());
      assertThat(envoy).isEqualTo(new ToEnvoy(ToEnvoy.SYSTEM_TRUST).resources(other.plan()));
      assertThat(remembers.compile(new Reading(reading.documents(), List.of(), ""))).as("nothing was written").isSameAs(one);
    }
  }

  private void edit(Random random) {
    int number = random.nextInt(12);
    switch (random.nextInt(18)) {
      case 0, 1, 2 -> put(ScaleWorld.route(number, ++generation, "usage-" + generation + "-1"));
      case 3 -> objects.remove(ScaleWorld.route(number, 1, "ok").key());
      case 4 -> put(ScaleWorld.sheet("cny", ++generation, "CNY", random.nextBoolean() ? "Pool" : "Subscription", "2." + random.nextInt(9)));
      case 5 -> toggle("FallbackPolicy", "consent", "{crossBalance: Never, timeouts: {connect: " + (1 + random.nextInt(9)) + "s}}");
      case 6 -> toggle("PriceSheet", "credit", "{unit: CREDIT, rates: [{name: all, meters: [{meter: Input, price: '1'}]}]}");
      case 7 ->
          put(ScaleWorld.ours("ModelProvider", "relay", ++generation, "{baseUrl: 'http://127.0.0.1:91" + (10 + random.nextInt(9)) + "/v1', dialect: OpenAI, auth: {type: None}, allowPlaintext: true}"));
      case 8 -> toggle("ModelRoute", "wrong", "{models: [x], hops: nonsense}");
      case 9 -> toggle("Budget", "of-a-route", "{targetRef: {kind: ModelRoute, name: route-" + number + "}, period: Month, unit: CREDIT, limit: '" + number + "'}");
      case 10 -> toggle("TokenGateway", "gateway", random.nextBoolean() ? "{defaults: {fallbackPolicyRef: {name: consent}}}" : "{defaults: {priceSheetRefs: [{name: cny}]}}");
      case 11 -> toggle("ModelRoute", "wide", "{models: [wide], audience: {namespaces: {from: All}}, hops: [{name: a, providerRef: {name: relay}, routeClass: Pool}]}");
      case 12 -> toggle("ModelProvider", "third", "{baseUrl: 'http://127.0.0.1:9300/v1', dialect: OpenAI, auth: {type: None}, allowPlaintext: true}");
      case 13 -> toggle("ModelRoute", "to-the-third", "{models: [third], priceSheetRefs: [{name: cny}], hops: [{name: a, providerRef: {name: third}, routeClass: Pool}]}");
      case 14 -> toggle("ModelProvider", "never-good", "{baseUrl: 'not a URL', dialect: OpenAI, auth: {type: None}}");
      case 15 -> toggle("ModelRoute", "to-the-never-good", "{models: [never], priceSheetRefs: [{name: cny}], hops: [{name: a, providerRef: {name: never-good}, routeClass: Pool}]}");
      case 16 -> put(ScaleWorld.ours("Balance", "wallet", ++generation, "{projectRef: {name: acme}, type: Wallet, unit: CNY, routeClasses: [Pool], suspend: " + random.nextBoolean() + ", initialGrants: [{id: opening, amount: '50'}]}"));
      default -> toggle("ModelRoute", "a-rival", "{models: [route-" + number + "], hops: [{name: a, providerRef: {name: relay}, routeClass: Pool}]}");
    }
  }

  /** Whether it is there: what names it is refused without it, and comes back with it. */
  private void toggle(String kind, String name, String spec) {
    Document document = ScaleWorld.ours(kind, name, ++generation, spec);
    if (objects.remove(document.key()) == null) {
      put(document);
    }
  }

  private void put(Document document) {
    objects.put(document.key(), document);
  }
}
