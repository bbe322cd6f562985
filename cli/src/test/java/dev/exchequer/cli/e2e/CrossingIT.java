package dev.exchequer.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Every cell of the crossing table through the real gateway: classes of the two hops x policy x the project's consent x the key's. The first hop answers
 * 429; the second is tried only where the three consent or the payer is the same.
 */
class CrossingIT {
  private static final List<String> CLASSES = List.of("Direct", "Pool", "Subscription", "Byok");
  private static final List<String> POLICIES = List.of("Never", "WithConsent");
  private static final List<String> PROJECTS = List.of("consents", "silent");
  private static final List<String> KEYS = List.of("Inherit", "Never");

  @RegisterExtension static final Stack STACK = Stack.of("crossing").with("generated.yaml", routes() + accounts());

  private static String routes() {
    StringBuilder yaml = new StringBuilder();
    for (String policy : POLICIES) {
      for (String from : CLASSES) {
        for (String to : CLASSES) {
          yaml.append(
              """
              apiVersion: exchequer.dev/v1alpha1
              kind: ModelRoute
              metadata: {name: %1$s}
              spec:
                models: [%1$s]
                fallbackPolicyRef: {name: %2$s}
                priceSheetRefs: [{name: credit}, {name: cny}]
                hops:
                - {name: first, providerRef: {name: mock}, upstreamModel: status-429, routeClass: %3$s}
                - {name: second, providerRef: {name: mock}, upstreamModel: usage-10-10, routeClass: %4$s}
              ---
              """
                  .formatted(model(from, to, policy), policy.toLowerCase(java.util.Locale.ROOT), from, to));
        }
      }
    }
    return yaml.toString();
  }

  private static String accounts() {
    StringBuilder yaml = new StringBuilder();
    for (String project : PROJECTS) {
      for (String key : KEYS) {
        yaml.append(
            """
            apiVersion: exchequer.dev/v1alpha1
            kind: ApiKey
            metadata: {name: %1$s-%2$s}
            spec: {projectRef: {name: %1$s}, label: %1$s %3$s, crossBalance: %3$s, credentials: [{name: a, secretRef: {name: keys, key: %1$s-%2$s}}]}
            ---
            """
                .formatted(project, key.toLowerCase(java.util.Locale.ROOT), key));
      }
    }
    return yaml.toString();
  }

  private static String model(String from, String to, String policy) {
    return (from + "-" + to + "-" + policy).toLowerCase(java.util.Locale.ROOT);
  }

  private static String payer(String routeClass) {
    return switch (routeClass) {
      case "Direct" -> "Credit";
      case "Pool", "Subscription" -> "Wallet";
      default -> "nobody";
    };
  }

  @TestFactory
  List<DynamicTest> everyCell() {
    List<DynamicTest> cells = new ArrayList<>();
    for (String from : CLASSES) {
      for (String to : CLASSES) {
        for (String policy : POLICIES) {
          for (String project : PROJECTS) {
            for (String key : KEYS) {
              boolean allowed = payer(from).equals(payer(to)) || (policy.equals("WithConsent") && project.equals("consents") && key.equals("Inherit"));
              cells.add(DynamicTest.dynamicTest("%s -> %s, policy %s, project %s, key %s: %s".formatted(from, to, policy, project, key, allowed ? "tried" : "forbidden"),
                  () -> cell(model(from, to, policy), "exq-test-" + project + "-" + key.toLowerCase(java.util.Locale.ROOT) + "-0123456789abcdef0123456789", to, allowed)));
            }
          }
        }
      }
    }
    return cells;
  }

  private static void cell(String model, String key, String to, boolean allowed) {
    Chat chat = Chat.call(STACK.openai(key), model);
    JsonNode receipt = STACK.receipt(chat.receiptId());
    JsonNode second = receipt.at("/hops/1");
    assertThat(receipt.at("/hops/0/outcome").asText()).isEqualTo("ProviderStatus");
    if (allowed) {
      assertThat(chat.status()).as(chat.message()).isEqualTo(200);
      assertThat(second.get("outcome").asText()).isEqualTo("Completed");
      String paidBy = second.get("balance").isNull() ? "nobody" : second.get("balanceType").asText();
      assertThat(paidBy).isEqualTo(payer(to));
    } else {
      assertThat(chat.status()).isEqualTo(429);
      assertThat(second.get("skipReason").asText()).isEqualTo("cross_balance_forbidden");
      assertThat(receipt.get("totals").toString()).doesNotContain("CNY");
    }
  }

  @Test
  void consentIsNotTransitive() {
    // Direct -> Byok is not consented by "partial", Byok -> Pool is: the pool hop is compared with the request's payer, not with the hop before it.
    Chat chat = Chat.call(STACK.openai("exq-test-partial-0123456789abcdef0123456789abcd"), "three");
    JsonNode receipt = STACK.receipt(chat.receiptId());
    assertThat(chat.status()).isEqualTo(429);
    assertThat(receipt.at("/hops/1/skipReason").asText()).isEqualTo("cross_balance_forbidden");
    assertThat(receipt.at("/hops/2/skipReason").asText()).isEqualTo("cross_balance_forbidden");
  }
}
