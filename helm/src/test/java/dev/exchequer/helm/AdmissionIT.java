package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.helm.Cluster.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What the chart makes, as a real API server takes it. */
class AdmissionIT {
  /** Kinds of cert-manager and of the Prometheus Operator: nothing here knows them. */
  private static final Set<String> FOREIGN = Set.of("Certificate", "Issuer", "ServiceMonitor");

  private static Cluster cluster;

  @BeforeAll
  static void start() throws Exception {
    cluster = Cluster.start();
    cluster.namespace("ai-gateway", "pod-security.kubernetes.io/enforce: restricted");
    cluster.namespace("team-a", "");
    cluster.namespace("team-b", "");
    cluster.admin().create("/apis/scheduling.k8s.io/v1/priorityclasses", "{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {name: gateway}, value: 1000}").good();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void everyObjectIsTakenByADryRun(String values) throws IOException {
    List<JsonNode> objects = Chart.objects(values).stream().filter(object -> !FOREIGN.contains(object.path("kind").asText())).toList();

    assertThat(objects).hasSizeGreaterThan(10);
    for (JsonNode object : objects) {
      Answer answer = cluster.admin().send("POST", Cluster.collection(object) + "?dryRun=All&fieldValidation=Strict", "application/json", object.toString());
      assertThat(answer.code()).as(object.path("kind").asText() + " " + object.at("/metadata/name").asText() + ": " + answer.message()).isEqualTo(201);
    }
  }

  @ParameterizedTest
  @FieldSource("dev.exchequer.helm.Chart#VALUES")
  void podsOfBothWorkloadsAreAdmittedUnderRestricted(String values) throws IOException {
    for (JsonNode workload : Chart.objects(values).stream().filter(Chart.kind("Deployment").or(Chart.kind("StatefulSet"))).toList()) {
      ObjectNode pod = new ObjectMapper().createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
      ObjectNode metadata = pod.putObject("metadata").put("name", workload.at("/metadata/name").asText() + "-" + values);
      metadata.set("labels", workload.at("/spec/template/metadata/labels"));
      ObjectNode spec = workload.at("/spec/template/spec").deepCopy();
      // what the StatefulSet's controller adds
      Chart.each(workload.at("/spec/volumeClaimTemplates"))
          .forEach(claim -> spec.withArray("volumes").addObject().put("name", claim.at("/metadata/name").asText()).putObject("persistentVolumeClaim").put("claimName", "data-0"));
      pod.set("spec", spec);

      Answer answer = cluster.admin().send("POST", "/api/v1/namespaces/ai-gateway/pods?fieldValidation=Strict", "application/json", pod.toString());
      assertThat(answer.code()).as(answer.message()).isEqualTo(201);

      ((ObjectNode) spec.at("/containers/0/securityContext")).put("allowPrivilegeEscalation", true);
      metadata.put("name", "privileged");
      assertThat(cluster.admin().send("POST", "/api/v1/namespaces/ai-gateway/pods", "application/json", pod.toString()).message()).as("the standard is enforced").contains("restricted");
    }
  }
}
