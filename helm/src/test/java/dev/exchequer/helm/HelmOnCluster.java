package dev.exchequer.helm;

import dev.exchequer.helm.Cluster.Caller;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A real API server for each test, with the namespace of a release, and the command {@code helm} that reaches it. */
abstract class HelmOnCluster {
  static final String NAMESPACE = "ai-gateway";

  @TempDir Path folder;
  Cluster cluster;
  Caller admin;
  HelmCommand helm;

  @BeforeEach
  void start() throws Exception {
    cluster = Cluster.start();
    admin = cluster.admin();
    cluster.namespace(NAMESPACE, "");
    helm = HelmCommand.of(admin.kubeconfig(), folder);
  }

  @AfterEach
  void stop() {
    cluster.close();
  }
}
