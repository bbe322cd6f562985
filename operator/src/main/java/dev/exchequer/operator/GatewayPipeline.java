package dev.exchequer.operator;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Compiler;
import dev.exchequer.operator.compile.RouteParts;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.Memo;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.policy.ToAccountingPolicy;
import dev.exchequer.operator.validate.Validator;
import dev.exchequer.policy.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From what was written to what is served. The whole gateway is built again on every change, and the same input gives the same bytes:
 *
 * <ol>
 *   <li>{@link Inventory}: one immutable picture of all objects;
 *   <li>{@link Validator}: what is wrong, all at once, and which objects are in force; a refused object keeps serving in its last good form;
 *   <li>{@link Compiler}: the {@link GatewayPlan}, references joined and defaults spelled out;
 *   <li>{@link ToAccountingPolicy}: the plan as the accounting service loads it, and its digest. (Envoy's side of the plan is the translate package's.)
 * </ol>
 */
public final class GatewayPipeline {
  private final Validator validator;
  private final Map<String, String> environment;
  private final String gatewayNamespace;
  private Inventory before = Inventory.empty();
  private Map<ObjectKey, Document> lastGood = Map.of();
  private @Nullable Reading read;
  private @Nullable Compiled compiled;
  private final Memo<Document, RouteParts> routes = RouteParts.memo();
  private final Memo<Route, dev.exchequer.api.v1.Route> wire = ToAccountingPolicy.routes();

  /**
   * What one reading became.
   *
   * @param policy the AccountingPolicy, canonical
   * @param digest lower-case hex SHA-256 of it, the name of this plan everywhere
   * @param diagnostics in the order in which a person reads the files
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way to a socket; nobody compares two of these
  public record Compiled(GatewayPlan plan, byte[] policy, String digest, List<Diagnostic> diagnostics) {
    public boolean hasErrors() {
      return diagnostics.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.error);
    }
  }

  /** Of files, where the gateway's namespace is the one that they need not name. */
  public GatewayPipeline(Map<String, String> environment) {
    this(environment, GatewayIdentity.of(ObjectName.DEFAULT_NAMESPACE));
  }

  /** @param environment what `${NAME}` in a Secret's stringData may name */
  public GatewayPipeline(Map<String, String> environment, GatewayIdentity gateway) {
    this.environment = Map.copyOf(environment);
    this.gatewayNamespace = gateway.namespace();
    this.validator = new Validator(gateway);
  }

  /** @return the very object that was returned last if nothing was written since */
  public synchronized Compiled compile(Reading reading) {
    Reading kept = new Reading(reading.documents().stream().map(this::known).toList(), reading.problems(), "");
    Compiled last = compiled;
    if (last == null || !kept.equals(read)) {
      last = build(kept);
      compiled = last;
      read = kept;
    }
    return last;
  }

  /** The document that was there before, where the new one says the same: what was made of it is known. */
  private Document known(Document document) {
    boolean secret = document.kind().equals("Secret");
    Document earlier = secret ? before.secrets().documents().get(document.name()) : before.objects().get(document.key());
    return earlier != null && earlier.equals(document) ? earlier : document;
  }

  private Compiled build(Reading reading) {
    Inventory.Built written = Inventory.of(reading, before, validator.kinds(), environment);
    Validator.Validated validated = validator.validate(written.inventory(), lastGood);
    GatewayPlan plan = Compiler.compile(validated.inForce(), gatewayNamespace, routes);
    byte[] policy = ToAccountingPolicy.bytes(plan, wire);

    before = written.inventory();
    lastGood = remember(written.inventory(), validated.inForce());
    List<Diagnostic> diagnostics = new ArrayList<>(written.problems());
    diagnostics.addAll(validated.diagnostics());
    diagnostics.sort(Diagnostic.BY_PLACE);
    return new Compiled(plan, policy, ToAccountingPolicy.digest(policy), List.copyOf(diagnostics));
  }

  /** An object that is out for the moment keeps its last good form; one that was deleted is forgotten. */
  private Map<ObjectKey, Document> remember(Inventory written, Inventory inForce) {
    Map<ObjectKey, Document> remembered = new HashMap<>(lastGood);
    remembered.keySet().retainAll(written.objects().keySet());
    remembered.putAll(inForce.objects());
    return Map.copyOf(remembered);
  }
}
