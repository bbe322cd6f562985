package dev.exchequer.operator.status;

import static dev.exchequer.operator.status.Verdict.ACCEPTED;
import static dev.exchequer.operator.status.Verdict.FALSE;
import static dev.exchequer.operator.status.Verdict.PROGRAMMED;
import static dev.exchequer.operator.status.Verdict.READY;
import static dev.exchequer.operator.status.Verdict.RESOLVED_REFS;
import static dev.exchequer.operator.status.Verdict.TRUE;
import static dev.exchequer.operator.status.Verdict.UNKNOWN;

import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.publish.Outcome;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What is to be said of every object, from what was compiled and what became of it. No clock, no API server. */
public final class Conditions {
  /** The kinds that Envoy sees anything of. */
  private static final Set<String> ENVOYS = Set.of("ModelProvider", "ModelRoute", "FallbackPolicy");

  /** It is its Envoys: what one refuses, it has not. */
  private static final String GATEWAY = "TokenGateway";

  private final Findings findings;
  private final Outcome outcome;
  private final Served inPlan;
  private final Served serving;
  private final boolean blameless;

  private Conditions(Compiled compiled, Outcome outcome, Served inPlan, Served serving) {
    this.findings = Findings.of(compiled.diagnostics());
    this.outcome = outcome;
    this.inPlan = inPlan;
    this.serving = serving;
    this.blameless = inPlan.equals(serving);
  }

  /**
   * The conditions of every object.
   *
   * @param outcome of the compiled plan
   * @param objects that it was compiled from
   * @param inPlan what is in it
   * @param serving what is in the newest plan that Envoy did not refuse
   */
  public static Map<ObjectKey, List<Verdict>> of(Compiled compiled, Outcome outcome, Collection<Document> objects, Served inPlan, Served serving) {
    Conditions conditions = new Conditions(compiled, outcome, inPlan, serving);
    Map<ObjectKey, List<Verdict>> all = new TreeMap<>();
    objects.forEach(object -> all.put(object.key(), conditions.of(object)));
    return all;
  }

  private List<Verdict> of(Document object) {
    Verdict accepted = accepted(object);
    Verdict resolved = resolved(object, accepted);
    Verdict programmed = programmed(object);
    return List.of(accepted, resolved, programmed, ready(object, List.of(accepted, resolved, programmed)));
  }

  private Verdict accepted(Document object) {
    List<Diagnostic> errors = findings.ownErrors(object.key());
    if (!errors.isEmpty()) {
      return new Verdict(ACCEPTED, FALSE, object.generation(), errors.getFirst().code(), Findings.text(errors));
    }
    List<Diagnostic> warnings = findings.warnings(object.key());
    return warnings.isEmpty()
        ? new Verdict(ACCEPTED, TRUE, object.generation(), "Accepted", "is valid")
        : new Verdict(ACCEPTED, TRUE, object.generation(), warnings.getFirst().code(), Findings.text(warnings));
  }

  private Verdict resolved(Document object, Verdict accepted) {
    List<Diagnostic> errors = findings.referenceErrors(object.key());
    if (!errors.isEmpty()) {
      return new Verdict(RESOLVED_REFS, FALSE, object.generation(), errors.getFirst().code(), Findings.text(errors));
    }
    return accepted.holds()
        ? new Verdict(RESOLVED_REFS, TRUE, object.generation(), "ResolvedRefs", "everything that it names is there")
        : new Verdict(RESOLVED_REFS, UNKNOWN, object.generation(), "NotAccepted", "is looked at when the object is accepted");
  }

  private Verdict programmed(Document object) {
    Long generation = inPlan.generations().get(object.key());
    if (generation == null) {
      return new Verdict(PROGRAMMED, FALSE, object.generation(), "NotAccepted", "nothing of it serves");
    }
    return switch (outcome) {
      case Outcome.Rejected rejected when isNew(object.key()) ->
          new Verdict(PROGRAMMED, FALSE, object.generation(), "EnvoyRefused", "Envoy refused the plan, the one before it goes on serving: " + rejected.message());
      case Outcome.NoEnvoy pending -> new Verdict(PROGRAMMED, UNKNOWN, generation, "Pending", pending.why());
      case Outcome.Serving serves -> serves(object, generation);
      case Outcome.Rejected others -> serves(object, generation);
    };
  }

  private static Verdict serves(Document object, long generation) {
    return generation == object.generation()
        ? new Verdict(PROGRAMMED, TRUE, generation, "Programmed", "serves")
        : new Verdict(PROGRAMMED, TRUE, generation, "LastGoodServes", "generation " + generation + " keeps serving");
  }

  /** Whether the refused plan has another form of it than the one that serves. Where no object differs it was a secret, and Envoy's kinds are all suspect. */
  private boolean isNew(ObjectKey key) {
    if (key.kind().equals(GATEWAY)) {
      return true;
    }
    return blameless ? ENVOYS.contains(key.kind()) : !Objects.equals(inPlan.generations().get(key), serving.generations().get(key));
  }

  private static Verdict ready(Document object, List<Verdict> others) {
    return Stream.of(FALSE, UNKNOWN)
        .flatMap(status -> others.stream().filter(verdict -> verdict.status().equals(status)))
        .findFirst()
        .map(worst -> new Verdict(READY, worst.status(), object.generation(), worst.reason(), worst.message()))
        .orElse(new Verdict(READY, TRUE, object.generation(), "Ready", "serves"));
  }
}
