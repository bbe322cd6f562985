package dev.exchequer.operator.compile;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.NamespaceChoice;
import dev.exchequer.operator.model.Spec;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.ModelPattern;
import dev.exchequer.policy.Route;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One ModelRoute between two compilations: what it names, and the route that it became, which is the same object for as long as nothing that it is made of
 * changes.
 */
final class RouteParts {
  /**
   * Everything that a route is made of. What is added to a route is added here, else it would be kept when it should not.
   *
   * @param clusters of its hops, in order; a cluster's name says its content
   */
  record Inputs(Document document, List<ModelPattern> models, Route.Audience audience, FallbackTerms terms, List<String> clusters) {}

  private final Document document;
  private final Optional<ObjectName> policy;
  private final List<ObjectName> providers;
  private final long createdAtMs;
  private final Set<Endpoint> endpoints;
  /** As they are listed, each once. */
  private final List<String> models;
  private final NamespaceChoice audience;
  private final ObjectName name;
  private ModelClaims.@Nullable Claim claim;
  private @Nullable Inputs inputs;
  private @Nullable Route route;

  RouteParts(Document document) {
    this.document = document;
    Spec spec = Spec.of(document);
    this.name = document.name();
    this.policy = spec.ref("fallbackPolicyRef", document.name());
    this.providers = spec.list("hops").stream().map(hop -> hop.ref("providerRef", document.name()).orElseThrow()).toList();
    this.createdAtMs = document.createdAtMs();
    this.endpoints = Compiler.endpoints(spec);
    this.models = spec.texts("models").stream().filter(text -> !text.isEmpty()).distinct().toList();
    this.audience = NamespaceChoice.of(document, "audience");
  }

  Document document() {
    return document;
  }

  Optional<ObjectName> policy() {
    return policy;
  }

  List<ObjectName> providers() {
    return providers;
  }

  /** The very claim of the last look, where it is equal. */
  ModelClaims.Claim claim(Audiences audiences) {
    Route.Audience asked = audiences.of(audience);
    ModelClaims.Claim known = claim;
    if (known == null || !known.audience().equals(asked)) {
      known = new ModelClaims.Claim(name, createdAtMs, models, endpoints, asked);
      claim = known;
    }
    return known;
  }

  Route route(Inputs from, Function<Inputs, Route> make) {
    Route made = route;
    if (made == null || !from.equals(inputs)) {
      made = make.apply(from);
      route = made;
      inputs = from;
    }
    return made;
  }
}
