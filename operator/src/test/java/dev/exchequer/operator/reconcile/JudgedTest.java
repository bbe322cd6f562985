package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Served;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What serves, when a refusal comes from an Envoy here, later, or from another replica. */
final class JudgedTest {
  private static final ObjectKey ROUTE = new ObjectKey("ModelRoute", new ObjectName("default", "chat"));
  private static final Outcome SERVING = new Outcome.Serving();
  private static final Outcome REFUSED = new Outcome.Rejected("no");

  private final Judged judged = new Judged();

  @Test
  void aPlanThatIsRefusedLeavesTheOneBefore() {
    compiled(1);
    assertThat(serving(SERVING)).isEqualTo(generation(1));
    compiled(2);
    assertThat(serving(REFUSED)).isEqualTo(generation(1));
    assertThat(serving(REFUSED)).as("looked at again").isEqualTo(generation(1));
  }

  @Test
  void aRefusalThatComesLateIsTheSame() {
    compiled(1);
    serving(SERVING);
    compiled(2);
    assertThat(serving(SERVING)).isEqualTo(generation(2));
    assertThat(serving(REFUSED)).as("another replica's Envoy refused").isEqualTo(generation(1));
    compiled(3);
    assertThat(serving(SERVING)).isEqualTo(generation(3));
  }

  @Test
  void whatNoEnvoyHasTakenYetStands() {
    compiled(1);
    assertThat(serving(new Outcome.NoEnvoy("none"))).isEqualTo(generation(1));
  }

  @Test
  void onlyTheNewestIsActivated() {
    long first = judged.compiled(plan(), List.of(route(1)));
    long second = judged.compiled(plan(), List.of(route(2)));
    assertThat(judged.activated(first, SERVING)).isFalse();
    assertThat(judged.world().outcome()).isNull();
    assertThat(judged.activated(second, SERVING)).isTrue();
  }

  private void compiled(long generation) {
    judged.compiled(plan(), List.of(route(generation)));
  }

  private Served serving(Outcome outcome) {
    return judged.serving(judged.world(), outcome);
  }

  private static Served generation(long generation) {
    return new Served(Map.of(ROUTE, generation));
  }

  private static Compiled plan() {
    return Compiled.of(GatewayPlan.EMPTY, new byte[0], "", List.of());
  }

  private static Document route(long generation) {
    ObjectNode content = JsonNodeFactory.instance.objectNode();
    content.putObject("metadata").put("generation", generation);
    return new Document(null, 0, Document.API_VERSION, ROUTE, content, FieldLines.UNKNOWN);
  }
}
