package dev.exchequer.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.publish.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Diagnostics and outcomes as conditions, without an API server. */
final class StatusTest {
  private static final Document ROUTE = object("ModelRoute", "chat", 3);
  private static final Document KEY = object("ApiKey", "demo", 1);
  private static final List<Document> OBJECTS = List.of(ROUTE, KEY);
  private static final Outcome SERVING = new Outcome.Serving();

  @Test
  void aGoodObjectIsTrueThroughout() {
    Map<ObjectKey, List<Verdict>> all = judge(SERVING, Served.NOTHING);
    assertThat(all).containsOnlyKeys(ROUTE.key(), KEY.key());
    assertThat(of(all, ROUTE)).extracting(Verdict::type).containsExactly("Accepted", "ResolvedRefs", "Programmed", "Ready");
    assertThat(of(all, ROUTE)).allSatisfy(verdict -> assertThat(verdict.status()).isEqualTo("True"));
    assertThat(of(all, ROUTE)).extracting(Verdict::observedGeneration).containsOnly(3L);
  }

  @Test
  void anErrorIsItsCodeAndItsFieldAndTouchesNoOther() {
    Map<ObjectKey, List<Verdict>> all = judge(SERVING, Served.NOTHING, Diagnostic.error(ROUTE, "WrongType", "spec.models", "must be a list"));
    assertThat(lines(all, ROUTE))
        .containsEntry("Accepted", "False WrongType: spec.models: must be a list")
        .containsEntry("ResolvedRefs", "Unknown NotAccepted: is looked at when the object is accepted")
        .containsEntry("Programmed", "False NotAccepted: nothing of it serves")
        .containsEntry("Ready", "False WrongType: spec.models: must be a list");
    assertThat(of(all, KEY)).extracting(Verdict::status).containsOnly("True");
  }

  @Test
  void aMissingReferenceIsNotTheObjectsOwnFault() {
    Map<ObjectKey, List<Verdict>> all =
        judge(SERVING, Served.NOTHING, Diagnostic.error(ROUTE, "RefNotFound", "spec.hops[0].providerRef.name", "there is no ModelProvider default/x"));
    assertThat(lines(all, ROUTE))
        .containsEntry("Accepted", "True Accepted: is valid")
        .containsEntry("ResolvedRefs", "False RefNotFound: spec.hops[0].providerRef.name: there is no ModelProvider default/x")
        .containsEntry("Ready", "False RefNotFound: spec.hops[0].providerRef.name: there is no ModelProvider default/x");
  }

  @Test
  void programmedNamesTheGenerationThatServes() {
    Served before = new Served(Map.of(ROUTE.key(), 2L, KEY.key(), 1L));
    Map<ObjectKey, List<Verdict>> all =
        judge(
            SERVING,
            before,
            Diagnostic.error(ROUTE, "WrongType", "spec.models", "must be a list"),
            Diagnostic.warning(ROUTE, "LastGoodServes", "", "its last good form keeps serving"));
    assertThat(lines(all, ROUTE)).containsEntry("Programmed", "True LastGoodServes: generation 2 keeps serving");
    assertThat(of(all, ROUTE)).extracting(Verdict::observedGeneration).containsExactly(3L, 3L, 2L, 3L);
    assertThat(lines(all, ROUTE)).containsEntry("Ready", "False WrongType: spec.models: must be a list");
  }

  @Test
  void aWarningIsNamedAndHoldsNothingUp() {
    Map<ObjectKey, List<Verdict>> all = judge(SERVING, Served.NOTHING, Diagnostic.warning(ROUTE, "HopUnpayable", "spec.hops[1].routeClass", "is always skipped"));
    assertThat(lines(all, ROUTE)).containsEntry("Accepted", "True HopUnpayable: spec.hops[1].routeClass: is always skipped").containsEntry("Ready", "True Ready: serves");
  }

  @Test
  void whatEnvoyRefusedIsNotProgrammed() {
    Outcome refused = new Outcome.Rejected("chat: no such cluster");
    Served serving = new Served(Map.of(ROUTE.key(), 2L, KEY.key(), 1L));
    Map<ObjectKey, List<Verdict>> all = judge(refused, serving);
    assertThat(lines(all, ROUTE))
        .containsEntry("Accepted", "True Accepted: is valid")
        .containsEntry("Programmed", "False EnvoyRefused: Envoy refused the plan, the one before it goes on serving: chat: no such cluster");
    assertThat(lines(all, KEY)).as("it is the same in both plans").containsEntry("Programmed", "True Programmed: serves");
  }

  @Test
  void aRefusedSecretIsSaidOfEnvoysKinds() {
    Map<ObjectKey, List<Verdict>> all = judge(new Outcome.Rejected("key: bad"), new Served(Map.of(ROUTE.key(), 3L, KEY.key(), 1L)));
    assertThat(lines(all, ROUTE).get("Programmed")).startsWith("False EnvoyRefused");
    assertThat(lines(all, KEY)).containsEntry("Programmed", "True Programmed: serves");
  }

  @Test
  void withoutEnvoyNobodyKnows() {
    Map<ObjectKey, List<Verdict>> all = judge(new Outcome.NoEnvoy("no Envoy is connected"), Served.NOTHING);
    assertThat(lines(all, KEY)).containsEntry("Programmed", "Unknown Pending: no Envoy is connected").containsEntry("Ready", "Unknown Pending: no Envoy is connected");
  }

  @Test
  void aMessageEndsWhereTheDefinitionSaysSo() {
    Map<ObjectKey, List<Verdict>> all = judge(SERVING, Served.NOTHING, Diagnostic.error(ROUTE, "Invalid", "", "x".repeat(5000)));
    assertThat(of(all, ROUTE).getFirst().message()).hasSize(4096).endsWith("x…");
  }

  private static Map<ObjectKey, List<Verdict>> judge(Outcome outcome, Served before, Diagnostic... diagnostics) {
    Compiled compiled = Compiled.of(GatewayPlan.EMPTY, new byte[0], "", List.of(diagnostics));
    return Conditions.of(compiled, outcome, OBJECTS, before.next(compiled, OBJECTS), before);
  }

  private static List<Verdict> of(Map<ObjectKey, List<Verdict>> all, Document object) {
    return Objects.requireNonNull(all.get(object.key()));
  }

  private static Map<String, String> lines(Map<ObjectKey, List<Verdict>> all, Document object) {
    return of(all, object).stream().collect(Collectors.toMap(Verdict::type, v -> v.status() + " " + v.reason() + ": " + v.message()));
  }

  private static Document object(String kind, String name, long generation) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    content.putObject("metadata").put("generation", generation);
    return new Document(null, 0, Document.API_VERSION, new ObjectKey(kind, new ObjectName("default", name)), content, FieldLines.UNKNOWN);
  }
}
