package dev.exchequer.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Envoys.Entry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class EnvoysTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Outcome SERVING = new Outcome.Serving();
  private static final Outcome NOBODY = new Outcome.NoEnvoy("no Envoy is connected");

  @Test
  void aRefusalAtAnotherReplicaIsARefusal() {
    assertThat(merged(SERVING, Set.of("a"), entry("a", "Serving", "p"), entry("b", "Refused", "p"))).isEqualTo(new Outcome.Rejected("b: said"));
    assertThat(merged(NOBODY, Set.of(), entry("b", "Refused", "p"))).isEqualTo(new Outcome.Rejected("b: said"));
  }

  @Test
  void whatWasSaidOfAnotherPlanIsNotYetAnAnswer() {
    assertThat(merged(SERVING, Set.of("a"), entry("b", "Refused", "before"))).isEqualTo(new Outcome.NoEnvoy("Envoy b has not taken it yet"));
    assertThat(merged(NOBODY, Set.of(), entry("b", "Serving", "before"))).isEqualTo(new Outcome.NoEnvoy("Envoy b has not taken it yet"));
  }

  @Test
  void itServesWhenAllDo() {
    assertThat(merged(NOBODY, Set.of(), entry("b", "Serving", "p"), entry("c", "Serving", "p"))).isEqualTo(SERVING);
    assertThat(merged(NOBODY, Set.of(), entry("b", "Serving", "p"), entry("c", "Pending", "p"))).isEqualTo(new Outcome.NoEnvoy("Envoy c has not taken it yet"));
    assertThat(merged(new Outcome.NoEnvoy("slow"), Set.of("a"), entry("b", "Serving", "p"))).isEqualTo(new Outcome.NoEnvoy("slow"));
  }

  @Test
  void aloneItIsWhatItIsHere() {
    assertThat(merged(NOBODY, Set.of())).isEqualTo(NOBODY);
    assertThat(merged(SERVING, Set.of("a"), entry("a", "Refused", "p"))).as("the replica itself knows better").isEqualTo(SERVING);
  }

  @Test
  void aReplicaThatIsSilentForThreeMinutesIsForgotten() {
    Entry old = new Entry("b", "gone", "Refused", "p", "said", NOW.minus(Envoys.FORGOTTEN).minusSeconds(1).toEpochMilli());
    assertThat(merged(SERVING, Set.of("a"), old)).isEqualTo(SERVING);
    assertThat(Envoys.forgotten(List.of(old, entry("c", "Serving", "p")), "me", NOW)).containsExactly(old);
    assertThat(Envoys.forgotten(List.of(old), "gone", NOW)).as("its own, it writes itself").isEmpty();
  }

  @Test
  void howManyServe() {
    assertThat(Envoys.serving(Map.of("a", SERVING), List.of(entry("b", "Serving", "p"), entry("c", "Serving", "before")), "p", NOW)).isEqualTo("2/3");
    assertThat(Envoys.serving(Map.of(), List.of(), "p", NOW)).isEqualTo("0/0");
  }

  @Test
  void anEnvoyWhoseStateIsTheSameKeepsItsTime() {
    var first = Envoys.entries(Map.of("a", SERVING, "b", new Outcome.Rejected("no")), "me", "p", JsonNodeFactory.instance.objectNode(), NOW);
    assertThat(first.at("/envoys/1/message").asText()).isEqualTo("no");
    assertThat(first.at("/envoys/0/operator").asText()).isEqualTo("me");
    var second = Envoys.entries(Map.of("a", SERVING, "b", SERVING), "me", "q", first, NOW.plusSeconds(60));
    assertThat(second.at("/envoys/0/since").asText()).isEqualTo("2026-11-25T12:00:00Z");
    assertThat(second.at("/envoys/1/since").asText()).isEqualTo("2026-11-25T12:01:00Z");
    assertThat(second.at("/envoys/0/seen").asText()).isEqualTo("2026-11-25T12:01:00Z");
    assertThat(Envoys.of(second)).extracting(Entry::plan).containsOnly("q");
  }

  private static Outcome merged(Outcome here, Set<String> local, Entry... entries) {
    return Envoys.merged(here, local, List.of(entries), "p", NOW);
  }

  private static Entry entry(String node, String state, String plan) {
    return new Entry(node, "other", state, plan, "said", NOW.toEpochMilli());
  }
}
