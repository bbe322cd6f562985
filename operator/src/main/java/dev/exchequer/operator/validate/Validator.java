package dev.exchequer.operator.validate;

import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.compile.ModelClaims;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Same;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which objects are in force. An object that is refused takes out itself: its last good form stays, if it has one and that still fits; what refers
 */
public final class Validator {
  private final Schemas schemas = Schemas.load();
  private final GatewayIdentity gateway;
  private final ListMemo<Document, RouteFacts> routes = new ListMemo<>();
  /** Of routes that were looked at with the same {@link #targets} and {@link #surroundings}. */
  private final ListMemo<RouteFacts, Optional<Found>> resolved = new ListMemo<>();
  /** The same facts for {@link #warnings}, which must not wait for validations; guarded by itself. */
  private final Memo<Document, RouteFacts> warned = new Memo<>(route -> new RouteFacts(route, this.targetsOfWarned));
  private final RouteTargets.Shared targetsOfWarned = new RouteTargets.Shared();
  private final RouteTargets.Shared targetsOf = new RouteTargets.Shared();
  private final ListMemo<Document, Alone> alone = new ListMemo<>();
  private final ListMemo<Alone, Optional<Found>> foundAlone = new ListMemo<>();
  /** What was in force after the last validation, if that is all that was written; null = it is not. */
  private @Nullable Map<ObjectKey, Document> allInForce;
  /** What routes could name when they were last looked at. */
  private List<Document> targets = List.of();
  private RouteTargets.Surroundings surroundings = new RouteTargets.Surroundings(Namespaces.none(), Optional.empty());

  /**
   * @param inForce what the compiler gets: objects without an error among them
   * @param diagnostics all errors, and the warnings that say which form of an object serves
   * @param asWritten those in force that are not an older form
   */
  public record Validated(Inventory inForce, List<Diagnostic> diagnostics, List<Document> asWritten) {}

  public Validator(GatewayIdentity gateway) {
    this.gateway = gateway;
  }

  /** The kinds that there are. */
  public Set<String> kinds() {
    return schemas.kinds();
  }

  /** @param lastGood by key, the form that was last in force */
  public Validated validate(Inventory written, Map<ObjectKey, Document> lastGood) {
    if (lastGood != allInForce) {
      foundAlone.forget(); // what is found of an object depends on the form before it
    }
    Run run = new Run(written, lastGood);
    Validated validated = run.decide();
    allInForce = run.altered ? null : validated.inForce().objects();
    return validated;
  }

  /**
   * Everything else that is worth saying about what is in force. It changes nothing, so no request waits for it: any thread may ask, also while the next
   * validation runs.
   */
  public List<Diagnostic> warnings(Validated validated, ModelClaims claims) {
    synchronized (warned) {
      warned.turn();
      Reach reach = new Reach(validated.inForce(), warned);
      List<Diagnostic> warnings = new ArrayList<>(new RouteWarnings(claims, gateway.namespace(), reach).of(validated.asWritten()));
      warnings.addAll(new PriceWarnings(reach).of(validated.asWritten()));
      return warnings;
    }
  }

  private Optional<Found> alone(Alone object, Map<ObjectKey, Document> lastGood) {
    Found found = object.against(lastGood.get(object.key()));
    return found.isEmpty() ? Optional.empty() : Optional.of(found);
  }

  /** Whether what routes name, and what they stand in, is what it was at the last look; from now on it is this. */
  private boolean standsAsBefore(List<Document> namedByRoutes, RouteTargets.Surroundings now) {
    boolean same = Same.objects(namedByRoutes, targets) && now.equals(surroundings);
    targets = namedByRoutes;
    surroundings = now;
    return same;
  }

  private final class Run {
    private final Inventory written;
    private final Map<ObjectKey, Document> lastGood;
    /** What may be in force; a copy once it is altered. */
    private Map<ObjectKey, Document> candidates;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    /** Whether a candidate is not what was written. */
    private boolean altered;

    Run(Inventory written, Map<ObjectKey, Document> lastGood) {
      this.written = written;
      this.lastGood = lastGood;
      this.candidates = written.objects();
    }

    Validated decide() {
      written.secrets().documents().values().forEach(secret -> diagnostics.addAll(ObjectCheck.secret(secret)));
      written.namespaces().documents().values().forEach(namespace -> diagnostics.addAll(ObjectCheck.namespace(namespace)));
      List<Alone> objects = alone.of(written.all(), document -> new Alone(new ObjectCheck(schemas), document));
      for (Optional<Found> found : foundAlone.of(objects, object -> alone(object, lastGood))) {
        found.ifPresent(this::settle);
      }
      // each refusal replaces an object by an older form or removes it, so this ends
      List<Found> refused = refusedTogether();
      while (!refused.isEmpty()) {
        refused.forEach(this::settle);
        refused = refusedTogether();
      }
      lastGoodNotices();
      List<Document> asWritten = altered ? candidates.values().stream().filter(this::isAsWritten).toList() : written.all();
      return new Validated(now(), List.copyOf(diagnostics), asWritten);
    }

    private Inventory now() {
      return altered ? written.with(candidates) : written;
    }

    /** References before conflicts: an object that is out anyway conflicts with nothing. */
    private List<Found> refusedTogether() {
      Inventory now = now();
      Optional<Document> serving = Gateways.inForce(now.ofKind(Gateways.KIND), gateway.object());
      References references = new References(now, written, serving);
      List<Found> refused = new ArrayList<>();
      List<Document> namedByRoutes = RouteTargets.KINDS.stream().flatMap(kind -> now.ofKind(kind).stream()).toList();
      RouteTargets.Surroundings around = new RouteTargets.Surroundings(now.namespaces(), serving);
      if (!standsAsBefore(namedByRoutes, around)) {
        resolved.forget();
      }
      for (String kind : now.kinds()) {
        if (kind.equals("ModelRoute")) {
          List<RouteFacts> facts = routes.of(now.ofKind(kind), route -> new RouteFacts(route, targetsOf));
          for (Optional<Found> found : resolved.of(facts, route -> resolved(route, references, now, around))) {
            found.ifPresent(refused::add);
          }
        } else {
          now.ofKind(kind).forEach(document -> refused(document, references).ifPresent(refused::add));
        }
      }
      if (!refused.isEmpty()) {
        resolved.forget(); // what is said of a missing one depends on more than what routes may name
      }
      return refused.isEmpty() ? new Conflicts(now, this::serves, serving).losers() : refused;
    }

    /** Of thousands, when one price changed, nearly all name what they named before. */
    private static Optional<Found> resolved(RouteFacts route, References references, Inventory now, RouteTargets.Surroundings around) {
      if (route.resolvesAsBefore(now, around)) {
        return Optional.empty();
      }
      Optional<Found> refused = refused(route.document(), references);
      if (refused.isEmpty()) {
        route.resolved(now, around);
      }
      return refused;
    }

    private static Optional<Found> refused(Document document, References references) {
      Found found = new Found(document);
      references.check(document, found);
      return found.hasErrors() ? Optional.of(found) : Optional.empty();
    }

    private void settle(Found found) {
      Document refused = found.document();
      if (isAsWritten(refused)) {
        diagnostics.addAll(found.diagnostics());
      }
      if (!found.hasErrors()) {
        return;
      }
      if (!altered) {
        candidates = new LinkedHashMap<>(candidates);
        altered = true;
      }
      Document older = lastGood.get(refused.key());
      if (isAsWritten(refused) && older != null && !older.sameContent(refused)) {
        candidates.put(refused.key(), older);
      } else {
        candidates.remove(refused.key());
      }
    }

    private void lastGoodNotices() {
      if (!altered) {
        return;
      }
      for (Document document : candidates.values()) {
        Document now = written.objects().get(document.key());
        if (now != null && !isAsWritten(document)) {
          diagnostics.add(Diagnostic.warning(now, "LastGoodServes", "", "its last good form keeps serving"));
        }
      }
    }

    private boolean isAsWritten(Document document) {
      return document == written.objects().get(document.key());
    }

    private boolean serves(Document document) {
      Document older = lastGood.get(document.key());
      return older != null && older.sameContent(document);
    }
  }
}
