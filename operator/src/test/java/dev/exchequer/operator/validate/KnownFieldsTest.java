package dev.exchequer.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

final class KnownFieldsTest {
  private final KnownFields known = new KnownFields();

  @Test
  void everyFieldOfThisBuildIsKnown() {
    assertThat(known.unknownIn(served())).isEmpty();
  }

  @Test
  void fieldsAreNamedWhereverTheyAre() {
    ObjectNode served = served();
    properties(served.path("dev.exchequer.v1alpha1.Project").at("/properties/spec")).putObject("later");
    properties(served.path("dev.exchequer.v1alpha1.ModelRoute").at("/properties/spec/properties/hops/items")).putObject("soon");
    ((ObjectNode) served.path("dev.exchequer.v1alpha1.Balance").at("/properties/status/properties")).putObject("told");

    assertThat(known.unknownIn(served)).as("a status is not read").containsExactlyInAnyOrder("ModelRoute spec.hops[].soon", "Project spec.later");
  }

  @Test
  void fieldsThatAreNotThereYetAreNoMatter() {
    ObjectNode served = served();
    properties(served.path("dev.exchequer.v1alpha1.Project").at("/properties/spec")).remove("disclose");

    assertThat(known.unknownIn(served)).isEmpty();
  }

  private static ObjectNode properties(JsonNode schema) {
    return (ObjectNode) schema.path("properties");
  }

  private static ObjectNode served() {
    ObjectNode schemas = new ObjectMapper().createObjectNode();
    Schemas ours = Schemas.load();
    ours.kinds().forEach(kind -> schemas.set("dev.exchequer.v1alpha1." + kind, ours.of(kind).deepCopy()));
    schemas.putObject("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta").putObject("properties").putObject("name");
    return schemas;
  }
}
