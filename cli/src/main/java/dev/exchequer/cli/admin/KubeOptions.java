package dev.exchequer.cli.admin;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/** Which gateway of which cluster is meant. */
final class KubeOptions {
  /** Set by the script kubectl-exchequer. */
  static final String PLUGIN = "EXCHEQUER_KUBECTL_PLUGIN";

  @Option(names = "--kube", description = "Reach the gateway of a Kubernetes cluster, by port-forward; implied by the options below and by `kubectl exchequer`.")
  boolean kube;

  @Option(names = "--gateway", paramLabel = "[NS/]NAME", description = "The Helm release of the gateway (default: the only one in the namespace, else in the cluster).")
  @Nullable String gateway;

  @Option(names = "--context", paramLabel = "NAME", description = "Context of the kubeconfig (default: its current one).")
  @Nullable String context;

  @Option(names = "--kubeconfig", paramLabel = "FILE", description = "As of kubectl (default: $$KUBECONFIG, else ~/.kube/config, else the pod's service account).")
  @Nullable Path kubeconfig;

  boolean wanted(Map<String, String> environment) {
    return kube || gateway != null || context != null || kubeconfig != null || environment.containsKey(PLUGIN);
  }

  /** @throws CommandFailed if there is no cluster to speak to */
  KubernetesClient client() {
    // what goes wrong is told by the command, in its own words
    ((Logger) LoggerFactory.getLogger("io.fabric8.kubernetes.client")).setLevel(Level.OFF);
    return new KubernetesClientBuilder().withConfig(config()).build();
  }

  private Config config() {
    Config config = kubeconfig == null ? Config.autoConfigure(context) : fromFile(kubeconfig);
    List<String> contexts = config.getContexts().stream().map(known -> known.getName()).sorted().toList();
    if (context != null && !contexts.contains(context)) {
      throw new CommandFailed("the kubeconfig has no context " + context + "; it has: " + (contexts.isEmpty() ? "none" : String.join(", ", contexts)));
    }
    if (contexts.isEmpty() && config.getOauthToken() == null && config.getAutoOAuthToken() == null) {
      throw new CommandFailed("no cluster: there is no kubeconfig. Set KUBECONFIG or give --kubeconfig");
    }
    // a person waits for this
    config.setConnectionTimeout(10_000);
    config.setRequestRetryBackoffLimit(1);
    return config;
  }

  private Config fromFile(Path file) {
    if (!Files.isReadable(file)) {
      throw new CommandFailed("no cluster: cannot read " + file + " (--kubeconfig)");
    }
    try {
      return Config.fromKubeconfig(context, file.toFile());
    } catch (RuntimeException e) {
      throw new CommandFailed("no cluster: " + file + " is not a kubeconfig", e);
    }
  }
}
