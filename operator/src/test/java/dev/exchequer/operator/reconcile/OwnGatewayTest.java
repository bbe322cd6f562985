package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.reconcile.OwnGateway.Step;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is done to the TokenGateway of an installation; {@code TokenGatewayIT} does it to a real one. */
final class OwnGatewayTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectName NAME = new ObjectName("ai", "ours");

  @Test
  void itIsMadeWithTheValuesAndAWordOfThem() throws Exception {
    Step.Create made = (Step.Create) wanted("{'namespaces':{'from':'Same'}}").step(Optional.empty());

    assertThat(made.object())
        .isEqualTo(
            json(
                "{'apiVersion':'exchequer.dev/v1alpha1','kind':'TokenGateway','metadata':{'name':'ours','namespace':'ai','labels':{'app.kubernetes.io/managed-by':'exchequer'},"
                    + "'annotations':{'exchequer.dev/values':'{\\\"namespaces\\\":{\\\"from\\\":\\\"Same\\\"}}'}},'spec':{'namespaces':{'from':'Same'}}}"));
    assertThat(wanted("{'namespaces':{'from':'Same'}}").standIn().spec()).isEqualTo(made.object().path("spec"));
  }

  @Test
  void sameValuesChangeNothingWhateverPeopleWrote() throws Exception {
    OwnGateway wanted = wanted("{'namespaces':{'from':'Same'}, 'maxRequestBytes': 5}");

    assertThat(wanted.step(there("{'maxRequestBytes':5,'namespaces':{'from':'Same'}}", "{'namespaces':{'from':'All'}}"))).isInstanceOf(Step.Nothing.class);
  }

  @Test
  void onlyWhatChangedInTheValuesIsWritten() throws Exception {
    OwnGateway wanted = wanted("{'namespaces':{'from':'All'},'maxRequestBytes':5,'defaults':{}}");
    String before = "{'namespaces':{'from':'Selector','selector':{'matchLabels':{'a':'b'}}},'maxRequestBytes':5,'defaults':{'fallbackPolicyRef':{'name':'f'}}}";

    Step.Change change = (Step.Change) wanted.step(there(before, "{}"));

    assertThat(change.patch().path("spec")).isEqualTo(json("{'namespaces':{'from':'All','selector':null},'defaults':{'fallbackPolicyRef':null}}"));
    assertThat(change.patch().at("/metadata/resourceVersion").asText()).as("only of the form that was seen").isEqualTo("7");
    assertThat(JSON.readTree(change.patch().at("/metadata/annotations/exchequer.dev~1values").asText())).isEqualTo(wanted.spec());
  }

  @Test
  void whatAChartBeforeThisMadeGetsAllValues() throws Exception {
    Step.Change change = (Step.Change) wanted("{'namespaces':{'from':'All'}}").step(there("0123456789abcdef", "{}"));

    assertThat(change.patch().path("spec")).isEqualTo(json("{'namespaces':{'from':'All'}}"));
  }

  @Test
  void somebodyElsesIsNotTouchedAndOneOnItsWayOutIsNotMadeAgainYet() throws Exception {
    Kinds.TokenGateway foreign = there("{}", "{}").orElseThrow();
    foreign.getMetadata().setAnnotations(null);
    Kinds.TokenGateway leaving = there("{}", "{}").orElseThrow();
    leaving.getMetadata().setDeletionTimestamp("2026-11-26T00:00:00Z");

    assertThat(wanted("{}").step(Optional.of(foreign))).isInstanceOf(Step.Foreign.class);
    assertThat(wanted("{'maxRequestBytes':5}").step(Optional.of(leaving))).isInstanceOf(Step.Nothing.class);
  }

  @Test
  void itNeedsAName() throws Exception {
    GatewayIdentity nameless = GatewayIdentity.of("ai");
    ObjectNode spec = json("{}");

    assertThatThrownBy(() -> new KubernetesOperator.Settings(Set.of(), null, true, nameless, "operator-0", InstantSource.system(), spec)).hasMessageContaining("needs a name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}            | {}                   | {}",
        "{'a':1}       | {}                   | {'a':null}",
        "{}            | {'a':{'b':1}}        | {'a':{'b':1}}",
        "{'a':{'b':1}} | {'a':{'b':1,'c':2}}  | {'a':{'c':2}}",
        "{'a':[1,2]}   | {'a':[1]}            | {'a':[1]}",
        "{'a':{'b':1}} | {'a':3}              | {'a':3}"
      })
  void patchesSayWhatDiffers(String before, String after, String patch) throws Exception {
    assertThat(MergePatch.between(json(before), json(after))).isEqualTo(json(patch));
  }

  private static OwnGateway wanted(String spec) throws JsonProcessingException {
    return new OwnGateway(NAME, json(spec));
  }

  private static Optional<Kinds.TokenGateway> there(String values, String spec) throws JsonProcessingException {
    Kinds.TokenGateway object = new Kinds.TokenGateway();
    object.getMetadata().setName(NAME.name());
    object.getMetadata().setNamespace(NAME.namespace());
    object.getMetadata().setResourceVersion("7");
    object.getMetadata().getAnnotations().put(OwnGateway.VALUES, values.replace('\'', '"'));
    object.setSpec(json(spec));
    return Optional.of(object);
  }

  private static ObjectNode json(String text) throws JsonProcessingException {
    return (ObjectNode) JSON.readTree(text.replace('\'', '"'));
  }
}
