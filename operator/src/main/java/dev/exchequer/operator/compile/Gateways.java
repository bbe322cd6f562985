package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.ir.AlertTarget;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Secrets;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.NamespaceChoice;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.GatewayRules;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which TokenGateway is in force, and what it says. At most one is: one operator serves one gateway. Without any, all namespaces are served. */
public final class Gateways {
  public static final String KIND = "TokenGateway";

  /** The default of the definition: what Envoy's listener lets through where nobody said otherwise. */
  private static final long MAX_REQUEST_BYTES = 32L << 20;

  private Gateways() {}

  /**
   * The one that was configured by name; if it is not there, the oldest, of equals the first by name.
   *
   * @param configured what this operator was told; null = nothing
   */
  public static Optional<Document> inForce(List<Document> gateways, @Nullable ObjectName configured) {
    return gateways.stream()
        .min(
            Comparator.comparing((Document gateway) -> !gateway.name().equals(configured))
                .thenComparing(gateway -> gateway.content().path("metadata").path("creationTimestamp").asText())
                .thenComparing(Document::name));
  }

  /** Whether a gateway serves the objects of a namespace. */
  public static boolean serves(Document gateway, String namespace, Namespaces known) {
    Spec chosen = Spec.of(gateway).part("namespaces");
    return !chosen.has("from") || new NamespaceChoice(gateway.name().namespace(), chosen).includes(namespace, known);
  }

  /** The policy of routes that name none. */
  static Optional<ObjectName> fallbackPolicy(Inventory inForce) {
    return only(inForce).flatMap(gateway -> Spec.of(gateway).part("defaults").ref("fallbackPolicyRef", gateway.name()));
  }

  /** What holds for every request. */
  static GatewayRules rules(Inventory inForce) {
    return only(inForce).map(gateway -> new GatewayRules(priceSheets(gateway), maxRequestBytes(gateway))).orElse(GatewayRules.NONE);
  }

  /** 0 where it is the default: a gateway that says nothing serves by the same plan as none. */
  private static long maxRequestBytes(Document gateway) {
    long limit = Spec.of(gateway).longNumber("maxRequestBytes", MAX_REQUEST_BYTES);
    return limit < MAX_REQUEST_BYTES ? limit : 0;
  }

  /** The price sheets that are searched last. */
  public static List<ObjectName> priceSheets(Inventory inForce) {
    return only(inForce).map(Gateways::priceSheets).orElse(List.of());
  }

  private static List<ObjectName> priceSheets(Document gateway) {
    return Spec.of(gateway).part("defaults").refs("priceSheetRefs", gateway.name());
  }

  /** Where alerts go. */
  public static Optional<AlertTarget> alertTarget(Inventory inForce) {
    return only(inForce)
        .filter(gateway -> Spec.of(gateway).has("alertWebhook"))
        .flatMap(
            gateway -> {
              Spec webhook = Spec.of(gateway).part("alertWebhook");
              return Credentials.secret(webhook, "secretRef", gateway.name(), inForce.secrets()) instanceof Secrets.Lookup.Found found
                  ? Optional.of(new AlertTarget(webhook.text("url"), found.value(), webhook.flag("allowPlaintext")))
                  : Optional.empty();
            });
  }

  private static Optional<Document> only(Inventory inForce) {
    return inForce.ofKind(KIND).stream().findFirst();
  }
}
