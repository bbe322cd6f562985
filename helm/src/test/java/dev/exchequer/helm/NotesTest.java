package dev.exchequer.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.DryRun;
import com.marcnuri.helm.InstallCommand;
import org.junit.jupiter.api.Test;

/** What `helm install` prints; rendered without a cluster. */
class NotesTest {
  @Test
  void sayWhatToDoNext() {
    String notes = install().call().getOutput();

    assertThat(notes)
        .contains("kubectl -n ai-gateway rollout status statefulset/exchequer")
        .contains("kubectl -n ai-gateway rollout status deployment/exchequer-operator")
        .contains("describe tokengateway exchequer")
        .contains("--clusterrole=exchequer-treasurer")
        .contains("port-forward service/exchequer 8080:8080")
        .contains("The operator reads Secrets in: team-a, team-b (secretNamespaces)")
        .contains("No image is published: build one (mvn -Pimages package)")
        .contains("gateway.replicas stays 1: the ledger is a SQLite file")
        .contains("requests that run get 60 s to end")
        .contains("good for 3650 days")
        .contains("lets nobody reach the admin API and /metrics")
        .doesNotContain("<no value>");
  }

  @Test
  void saysWhereASharedLedgerIs() {
    assertThat(install().set("store.type", "postgresql").set("store.postgresql.existingSecret", "ledger-database").set("gateway.replicas", 3).call().getOutput())
        .contains("the PostgreSQL database that the Secret ledger-database names")
        .contains("replaces one gateway after the other")
        .doesNotContain("SQLite")
        .doesNotContain("<no value>");
  }

  private static InstallCommand install() {
    return Chart.helm().install().clientOnly().withKubeVersion(Chart.KUBERNETES).dryRun().withDryRunOption(DryRun.CLIENT).withName("exchequer").withNamespace("ai-gateway")
        .set("secretNamespaces[0]", "team-a").set("secretNamespaces[1]", "team-b");
  }
}
