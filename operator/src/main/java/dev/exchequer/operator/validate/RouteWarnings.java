package dev.exchequer.operator.validate;

import dev.exchequer.operator.compile.Audiences;
import dev.exchequer.operator.compile.ModelClaims;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Names;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.RouteClass;
import java.util.ArrayList;
import java.util.List;

/** Models that another route serves, and hops that nobody can pay, that have no price, or whose price has no ceiling. */
final class RouteWarnings {
  private final String gatewayNamespace;
  private final ModelClaims claims;
  private final Reach reach;

  RouteWarnings(ModelClaims claims, String gatewayNamespace, Reach reach) {
    this.gatewayNamespace = gatewayNamespace;
    this.claims = claims;
    this.reach = reach;
  }

  List<Diagnostic> of(List<Document> documents) {
    List<Diagnostic> warnings = new ArrayList<>();
    for (Document document : documents) {
      if (document.kind().equals("ModelRoute")) {
        Found found = new Found(document);
        audience(document, found);
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
      claims.loss(route.name(), model.node().asText()).ifPresent(loss -> found.warning("ModelConflict", model.path(), text(loss)));
    }
  }

  private static String text(ModelClaims.Loss loss) {
    return "\"" + loss.model() + "\" is served by ModelRoute " + loss.winner() + (loss.older() ? ", which is older" : ", which comes first by name")
        + (loss.everywhere() ? "" : "; this one serves it where the audience or the endpoints of that one end");
  }

  private void audience(Document route, Found found) {
    if (Audiences.overreaches(route, gatewayNamespace)) {
      found.warning(
          "AudienceNotPermitted",
          "spec.audience.namespaces.from",
          "only routes in the gateway's namespace " + gatewayNamespace + " may serve other namespaces: this one serves the keys of " + route.name().namespace());
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
    } else if (!hop.has("maxToolCalls")) {
      reach
          .toolCalls(facts, position, payers)
          .ifPresent(rate -> found.warning("ToolCallsUnbounded", hop.path(), "declares no maxToolCalls, so what " + rate + " prices is refused with price_missing: it prices ToolCall"));
    }
  }
}
