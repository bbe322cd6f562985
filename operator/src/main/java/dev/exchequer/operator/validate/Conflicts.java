package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.model.Credentials;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Spec;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Two objects that cannot both be in force. The one that already serves stays, so that a newcomer never takes out its neighbour; else the first by order
 * (balances) and name.
 */
final class Conflicts {
  private final Inventory inForce;
  private final Predicate<Document> serving;
  private final Optional<Document> gateway;

  /** @param gateway the TokenGateway in force; the others are not */
  Conflicts(Inventory inForce, Predicate<Document> serving, Optional<Document> gateway) {
    this.inForce = inForce;
    this.serving = serving;
    this.gateway = gateway;
  }

  /** The losers, with what they lose to. */
  List<Found> losers() {
    List<Found> losers = new ArrayList<>();
    balances(losers);
    credentials(losers);
    gateways(losers);
    return losers;
  }

  private void gateways(List<Found> losers) {
    for (Document other : inForce.ofKind(Gateways.KIND)) {
      if (gateway.isPresent() && !gateway.get().key().equals(other.key())) {
        Found found = new Found(other);
        found.error(
            "GatewayConflict",
            "metadata.name",
            "the TokenGateway " + gateway.get().name() + " is in force: one operator serves one gateway, the one of its release, else the oldest");
        losers.add(found);
      }
    }
  }

  private void balances(List<Found> losers) {
    record Claim(ObjectName project, String routeClass) {}
    Map<Claim, Document> payers = new HashMap<>();
    for (Document balance : inOrder("Balance")) {
      Spec spec = Spec.of(balance);
      ObjectName project = spec.ref("projectRef", balance.name()).orElse(balance.name());
      Found found = new Found(balance);
      List<Claim> claims = spec.texts("routeClasses").stream().distinct().map(routeClass -> new Claim(project, routeClass)).toList();
      for (Claim claim : claims) {
        Document payer = payers.get(claim);
        if (payer != null && !money(payer).equals(money(balance))) {
          found.error(
              "BalanceConflict",
              spec.at("routeClasses"),
              claim.routeClass() + " of project " + project + " is paid in " + money(payer) + " by " + payer.name()
                  + ": balances that share a class share type and unit");
        }
      }
      if (found.hasErrors()) {
        losers.add(found);
      } else {
        claims.forEach(claim -> payers.putIfAbsent(claim, balance));
      }
    }
  }

  private void credentials(List<Found> losers) {
    Map<String, String> owners = new HashMap<>();
    for (Document key : inOrder("ApiKey")) {
      Found found = new Found(key);
      Map<String, String> own = new HashMap<>();
      for (Spec credential : Spec.of(key).list("credentials")) {
        Credentials.sha256(credential, key.name(), inForce.secrets())
            .ifPresent(
                sha256 -> {
                  String holder = owners.containsKey(sha256) ? owners.get(sha256) : own.get(sha256);
                  if (holder != null) {
                    found.error("CredentialTaken", credential.path(), "is the same key as credential " + holder);
                  }
                  own.put(sha256, credential.text("name") + " of ApiKey " + key.name());
                });
      }
      if (found.hasErrors()) {
        losers.add(found);
      } else {
        owners.putAll(own);
      }
    }
  }

  private List<Document> inOrder(String kind) {
    return inForce.ofKind(kind).stream()
        .sorted(
            Comparator.comparing((Document document) -> !serving.test(document))
                .thenComparingInt(document -> Spec.of(document).number("order", 100))
                .thenComparing(Document::name))
        .toList();
  }

  private static String money(Document balance) {
    Spec spec = Spec.of(balance);
    return spec.text("type") + " " + spec.text("unit");
  }
}
