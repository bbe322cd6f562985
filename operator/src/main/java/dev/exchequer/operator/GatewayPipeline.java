package dev.exchequer.operator;

import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.compile.Compiler;
import dev.exchequer.operator.compile.Gateways;
import dev.exchequer.operator.compile.ModelClaims;
import dev.exchequer.operator.ir.AlertTarget;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ListMemo;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.model.Same;
import dev.exchequer.operator.policy.ToAccountingPolicy;
import dev.exchequer.operator.validate.Validator;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
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
  /** By the document that was read, the equal one that was there before: an API server hands out a new one whenever a status is written. */
  private final ListMemo<Document, Document> same = new ListMemo<>();
  private final Compiler.Standing standing = new Compiler.Standing();
  private final ToAccountingPolicy.Standing wire = new ToAccountingPolicy.Standing();

  /**
   * What one reading became.
   *
   * @param policy the AccountingPolicy, canonical
   * @param digest lower-case hex SHA-256 of it, the name of this plan everywhere
   * @param alerts where alerts are told, null = nowhere
   * @param decisive all errors, and which objects serve in an older form: what the plan depends on
   * @param all see {@link #diagnostics}
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way to a socket; nobody compares two of these
  public record Compiled(GatewayPlan plan, byte[] policy, String digest, @Nullable AlertTarget alerts, List<Diagnostic> decisive, Supplier<List<Diagnostic>> all) {
    public static Compiled of(GatewayPlan plan, byte[] policy, String digest, List<Diagnostic> diagnostics) {
      return new Compiled(plan, policy, digest, null, diagnostics, () -> diagnostics);
    }

    /** In the order in which a person reads the files. Warnings are looked for when somebody asks first: no request waits for them. */
    public List<Diagnostic> diagnostics() {
      return all.get();
    }

    public boolean hasErrors() {
      return decisive.stream().anyMatch(d -> d.severity() == Diagnostic.Severity.error);
    }
  }

  /** What the plan depends on, and, once somebody asked, the rest. */
  private final class AllDiagnostics implements Supplier<List<Diagnostic>> {
    private final List<Diagnostic> decisive;
    private final Validator.Validated validated;
    private final ModelClaims claims;
    private @Nullable List<Diagnostic> all;

    AllDiagnostics(List<Diagnostic> decisive, Validator.Validated validated, ModelClaims claims) {
      this.decisive = decisive;
      this.validated = validated;
      this.claims = claims;
    }

    @Override
    public synchronized List<Diagnostic> get() {
      List<Diagnostic> known = all;
      if (known == null) {
        List<Diagnostic> found = new ArrayList<>(decisive);
        found.addAll(validator.warnings(validated, claims));
        found.sort(Diagnostic.BY_PLACE);
        known = List.copyOf(found);
        all = known;
      }
      return known;
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
    Reading kept = new Reading(same.of(reading.documents(), this::known), reading.problems(), "");
    Compiled last = compiled;
    if (last == null || read == null || !Same.equal(kept.documents(), read.documents()) || !kept.problems().equals(read.problems())) {
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
    Compiler.Compilation compilation = Compiler.compile(validated.inForce(), gatewayNamespace, standing);
    GatewayPlan plan = compilation.plan();
    byte[] policy = ToAccountingPolicy.bytes(plan, wire);

    before = written.inventory();
    lastGood = remember(written.inventory(), validated.inForce());
    List<Diagnostic> diagnostics = new ArrayList<>(written.problems());
    diagnostics.addAll(validated.diagnostics());
    List<Diagnostic> decisive = List.copyOf(diagnostics);
    AlertTarget alerts = Gateways.alertTarget(validated.inForce()).orElse(null);
    return new Compiled(plan, policy, ToAccountingPolicy.digest(policy), alerts, decisive, new AllDiagnostics(decisive, validated, compilation.claims()));
  }

  /** An object that is out for the moment keeps its last good form; one that was deleted is forgotten. */
  @SuppressWarnings("ReferenceEquality") // the validator returns what it was given where it refused nothing
  private Map<ObjectKey, Document> remember(Inventory written, Inventory inForce) {
    if (written == inForce) {
      return inForce.objects();
    }
    Map<ObjectKey, Document> remembered = HashMap.newHashMap(written.objects().size());
    lastGood.forEach(
        (key, document) -> {
          if (!inForce.objects().containsKey(key) && written.objects().containsKey(key)) {
            remembered.put(key, document);
          }
        });
    remembered.putAll(inForce.objects());
    return Collections.unmodifiableMap(remembered);
  }
}
