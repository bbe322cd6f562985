package dev.exchequer.operator.validate;

import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.compile.ModelClaims;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.Namespaces;
import dev.exchequer.operator.model.ObjectKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which objects are in force. An object that is refused takes out itself: its last good form stays, if it has one and that still fits; what refers
 */
public final class Validator {
  private final Schemas schemas = Schemas.load();
  private final GatewayIdentity gateway;
  private final Memo<Document, RouteFacts> routes = new Memo<>(RouteFacts::new);
  /** The same for {@link #warnings}, which must not wait for validations; guarded by itself. */
  private final Memo<Document, RouteFacts> warned = new Memo<>(RouteFacts::new);
  private final Memo<Document, Alone> alone = new Memo<>(document -> new Alone(new ObjectCheck(schemas), document));
  private RouteFacts.Surroundings surroundings = new RouteFacts.Surroundings(Namespaces.none(), Optional.empty());

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
    alone.turn();
    routes.turn();
    return new Run(written, lastGood).decide();
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

  /** The one that was there before, where it is the same: routes remember it by identity. */
  private RouteFacts.Surroundings surroundings(RouteFacts.Surroundings now) {
    if (!now.equals(surroundings)) {
      surroundings = now;
    }
    return surroundings;
  }

  private final class Run {
    private final Inventory written;
    private final Map<ObjectKey, Document> lastGood;
    private final Map<ObjectKey, Document> candidates;
    private final List<Diagnostic> diagnostics = new ArrayList<>();
    /** Whether a candidate is not what was written. */
    private boolean altered;

    Run(Inventory written, Map<ObjectKey, Document> lastGood) {
      this.written = written;
      this.lastGood = lastGood;
      this.candidates = new LinkedHashMap<>(written.objects());
    }

    Validated decide() {
      written.secrets().documents().values().forEach(secret -> diagnostics.addAll(ObjectCheck.secret(secret)));
      written.namespaces().documents().values().forEach(namespace -> diagnostics.addAll(ObjectCheck.namespace(namespace)));
      for (Document document : written.objects().values()) {
        Found found = alone.of(document).against(lastGood.get(document.key()));
        if (!found.isEmpty()) {
          settle(found);
        }
      }
      // each refusal replaces an object by an older form or removes it, so this ends
      List<Found> refused = refusedTogether();
      while (!refused.isEmpty()) {
        refused.forEach(this::settle);
        refused = refusedTogether();
      }
      lastGoodNotices();
      List<Document> asWritten = altered ? candidates.values().stream().filter(this::isAsWritten).toList() : List.copyOf(candidates.values());
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
      Set<Document> targets = targets(now);
      RouteFacts.Surroundings around = surroundings(new RouteFacts.Surroundings(now.namespaces(), serving));
      for (Document document : now.objects().values()) {
        RouteFacts route = document.kind().equals("ModelRoute") ? routes.of(document) : null;
        if (route != null && route.resolvesAsBefore(targets, around)) {
          continue;
        }
        Found found = new Found(document);
        references.check(document, found);
        if (found.hasErrors()) {
          refused.add(found);
        } else if (route != null) {
          route.resolved(now.objects(), around);
        }
      }
      return refused.isEmpty() ? new Conflicts(now, this::serves, serving).losers() : refused;
    }

    /** What a route may name, by identity. */
    private static Set<Document> targets(Inventory now) {
      Set<Document> targets = Collections.newSetFromMap(new IdentityHashMap<>());
      RouteFacts.NAMED.forEach(kind -> targets.addAll(now.ofKind(kind)));
      return targets;
    }

    private void settle(Found found) {
      Document refused = found.document();
      if (isAsWritten(refused)) {
        diagnostics.addAll(found.diagnostics());
      }
      if (!found.hasErrors()) {
        return;
      }
      altered = true;
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
