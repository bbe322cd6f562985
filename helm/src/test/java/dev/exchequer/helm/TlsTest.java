package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The certificates between operator and gateway, as each mode makes them. {@code ReleaseIT} shows that upgrades keep them. */
class TlsTest {
  @Test
  void selfSignedAreTwoCertificatesOfOneAuthorityThatNobodyCanUseAgain() throws Exception {
    List<JsonNode> objects = Chart.objects("default");
    JsonNode operator = secret(objects, "exchequer-operator-tls");
    JsonNode gateway = secret(objects, "exchequer-gateway-tls");
    X509Certificate authority = certificate(operator, "ca.crt");

    for (JsonNode secret : List.of(operator, gateway)) {
      X509Certificate own = certificate(secret, "tls.crt");
      own.verify(authority.getPublicKey());
      assertThat(certificate(secret, "ca.crt")).isEqualTo(authority);
      assertThat(authority.getBasicConstraints()).isNotNegative();
      assertThat(own.getBasicConstraints()).as("no authority itself").isNegative();
      assertThat(Duration.between(Instant.now(), own.getNotAfter().toInstant())).isBetween(Duration.ofDays(3649), Duration.ofDays(3650));
      assertThat(secret.at("/metadata/annotations/exchequer.dev~1valid-until").asText()).isEqualTo(own.getNotAfter().toInstant().toString().substring(0, 10));
      assertThat(secret.path("data").properties()).extracting(entry -> entry.getKey()).containsExactlyInAnyOrder("ca.crt", "tls.crt", "tls.key");
      assertThat(secret.path("type").asText()).isEqualTo("kubernetes.io/tls");
    }
    assertThat(names(operator)).containsExactlyInAnyOrder("exchequer-operator.ai-gateway.svc", "exchequer-operator");
    assertThat(names(gateway)).containsExactly("exchequer-gateway");
    assertThat(operator.at("/data/tls.key")).isNotEqualTo(gateway.at("/data/tls.key"));
  }

  @Test
  void certManagerMakesTheSameNames() throws Exception {
    List<JsonNode> objects = Chart.objects("production");

    assertThat(objects).noneMatch(TlsTest::isTlsSecret).noneMatch(Chart.kind("Issuer"));
    assertThat(objects.stream().filter(Chart.kind("Certificate")).map(certificate -> certificate.at("/spec/secretName").asText() + " " + Chart.texts(certificate.at("/spec/dnsNames"))))
        .containsExactlyInAnyOrder("exchequer-operator-tls [exchequer-operator.ai-gateway.svc]", "exchequer-gateway-tls [exchequer-gateway]");
    assertThat(Chart.objects("cert-manager").stream().filter(Chart.kind("Issuer"))).hasSize(2);
  }

  @Test
  void existingSecretsAreTakenAsTheyAre() throws Exception {
    List<JsonNode> objects = Chart.objects("least");

    assertThat(objects).noneMatch(Chart.kind("Secret").or(Chart.kind("Certificate")));
    assertThat(Chart.operator(objects).path("volumes").findValuesAsText("secretName")).containsExactly("made-operator");
    assertThat(Chart.gateway(objects).path("volumes").findValuesAsText("secretName")).containsExactly("made-gateway");
    assertThat(Chart.texts(Chart.container(Chart.operator(objects), "operator").path("args"))).contains("--gateway-name=gate.example");
  }

  private static boolean isTlsSecret(JsonNode object) {
    return Chart.kind("Secret").test(object) && object.path("type").asText().equals("kubernetes.io/tls");
  }

  private static JsonNode secret(List<JsonNode> objects, String name) {
    return objects.stream().filter(Chart.kind("Secret")).filter(object -> object.at("/metadata/name").asText().equals(name)).findFirst().orElseThrow();
  }

  private static List<String> names(JsonNode secret) throws Exception {
    return certificate(secret, "tls.crt").getSubjectAlternativeNames().stream().map(name -> name.get(1).toString()).toList();
  }

  private static X509Certificate certificate(JsonNode secret, String file) throws Exception {
    byte[] pem = Base64.getDecoder().decode(secret.path("data").path(file).asText());
    return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }
}
