package dev.exchequer.operator.validate;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.ModelClaims;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.RouteClass;
import java.util.ArrayList;
import java.util.List;

/** Models that another route serves, and hops that nobody can pay or that have no price. */
final class RouteWarnings {
  private final ModelClaims claims;
  private final Reach reach;

  RouteWarnings(Inventory inForce, Reach reach) {
    this.claims = new ModelClaims(inForce.ofKind("ModelRoute"));
    this.reach = reach;
  }

  List<Diagnostic> of(List<Document> documents) {
    List<Diagnostic> warnings = new ArrayList<>();
    for (Document document : documents) {
      if (document.kind().equals("ModelRoute")) {
        Found found = new Found(document);
        models(document, found);
        RouteFacts facts = reach.facts(document);
        for (int i = 0; i < facts.hops().size(); i++) {
          payable(facts, i, found);
        }
        warnings.addAll(found.diagnostics());
      }
    }
    return warnings;
  }

  private void models(Document route, Found found) {
    for (Spec model : Spec.of(route).list("models")) {
      ObjectName winner = claims.winner(model.node().asText(), route.name());
      if (!winner.equals(route.name())) {
        found.warning("ModelConflict", model.path(), "\"" + model.node().asText() + "\" is served by ModelRoute " + winner + ", which comes first by name");
      }
    }
  }

  private void payable(RouteFacts facts, int position, Found found) {
    Spec hop = facts.hops().get(position);
    String routeClass = hop.text("routeClass");
    if (Names.routeClass(routeClass).filter(RouteClass::paid).isEmpty()) {
      return;
    }
    Reach.Payers payers = reach.payers(routeClass);
    if (payers.units().isEmpty()) {
      found.warning("HopUnpayable", hop.at("routeClass"), "no project has a balance for " + routeClass + ": this hop is always skipped");
    } else if (!reach.priced(facts, position, payers)) {
      found.warning("HopUnpriced", hop.path(), "no price sheet of the route or a project has a rate for it in " + String.join(", ", payers.units()));
    }
  }
}
