package dev.exchequer.cli.admin;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The pod of a gateway that answers for it.
 *
 * @param release of Helm
 * @param adminPort of the container that serves the admin API
 */
record GatewayPod(String namespace, String name, String release, int adminPort) {
  static final Map<String, String> LABELS = Map.of("app.kubernetes.io/name", "exchequer", "app.kubernetes.io/component", "gateway");
  static final String RELEASE = "app.kubernetes.io/instance";
  private static final String PORT_NAME = "admin";
  private static final int USUAL_PORT = 9090;
  private static final int FORBIDDEN = 403;

  /**
   * @param gateway {@code NS/NAME} or {@code NAME} of the release, null = the only one
   * @param namespace where it is looked for first
   * @throws CommandFailed if there is none that is ready, or several
   */
  static GatewayPod find(KubernetesClient client, @Nullable String gateway, String namespace) {
    String[] parts = gateway == null ? new String[] {""} : gateway.split("/", -1);
    String release = parts[parts.length - 1];
    if (parts.length > 2 || (gateway != null && release.isEmpty())) {
      throw new CommandFailed("--gateway: not a gateway: " + gateway + " (expected NAME or NAMESPACE/NAME)");
    }
    Predicate<Pod> meant = pod -> release.isEmpty() || release(pod).equals(release);
    String first = parts.length == 2 ? parts[0] : namespace;
    List<Pod> pods = in(client, first).stream().filter(meant).toList();
    if (pods.isEmpty() && parts.length == 1) {
      pods = everywhere(client, first).stream().filter(meant).toList();
    }
    if (pods.isEmpty()) {
      throw new CommandFailed(
          "no gateway" + (release.isEmpty() ? "" : " " + release) + " in " + (parts.length == 2 ? "namespace " + first : "the cluster")
              + " (no pod with the labels app.kubernetes.io/name=exchequer, app.kubernetes.io/component=gateway): is it installed?");
    }
    return ready(onlyRelease(pods));
  }

  private static List<Pod> in(KubernetesClient client, String namespace) {
    try {
      return client.pods().inNamespace(namespace).withLabels(LABELS).list().getItems();
    } catch (KubernetesClientException e) {
      throw failed(e, "list pods in namespace " + namespace);
    }
  }

  private static List<Pod> everywhere(KubernetesClient client, String first) {
    try {
      return client.pods().inAnyNamespace().withLabels(LABELS).list().getItems();
    } catch (KubernetesClientException e) {
      if (e.getCode() == FORBIDDEN) {
        throw new CommandFailed("no gateway in namespace " + first + ", and you may not list pods in all namespaces: say where it is with --gateway NAMESPACE/NAME", e);
      }
      throw failed(e, "list pods");
    }
  }

  /** @param what the right that is needed, as a person would say it */
  static CommandFailed failed(KubernetesClientException e, String what) {
    if (e.getCode() == FORBIDDEN) {
      return new CommandFailed("you may not " + what + ": ask whoever administers the cluster for that right", e);
    }
    if (e.getStatus() == null) {
      return new CommandFailed("no cluster: the API server does not answer (" + cause(e) + ")", e);
    }
    return new CommandFailed("the API server refused to " + what + ": " + e.getStatus().getMessage(), e);
  }

  private static String cause(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  private static List<Pod> onlyRelease(List<Pod> pods) {
    TreeSet<String> releases = new TreeSet<>();
    pods.forEach(pod -> releases.add(pod.getMetadata().getNamespace() + "/" + release(pod)));
    if (releases.size() > 1) {
      throw new CommandFailed("there are several gateways, choose one with --gateway: " + String.join(", ", releases));
    }
    return pods;
  }

  private static GatewayPod ready(List<Pod> pods) {
    List<Pod> sorted = pods.stream().sorted(Comparator.comparing(pod -> pod.getMetadata().getName())).toList();
    for (Pod pod : sorted) {
      Optional<PodCondition> ready = readiness(pod);
      if (pod.getMetadata().getDeletionTimestamp() == null && ready.isPresent() && ready.get().getStatus().equals("True")) {
        return new GatewayPod(pod.getMetadata().getNamespace(), pod.getMetadata().getName(), release(pod), adminPort(pod));
      }
    }
    Pod pod = sorted.getFirst();
    String told = readiness(pod).map(PodCondition::getMessage).filter(message -> !message.isBlank()).map(message -> ": " + message).orElse("");
    throw new CommandFailed(
        "the gateway's pod " + pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName() + " is not ready" + told + "\nWhy is told by: kubectl describe pod -n "
            + pod.getMetadata().getNamespace() + " " + pod.getMetadata().getName());
  }

  private static Optional<PodCondition> readiness(Pod pod) {
    return pod.getStatus() == null ? Optional.empty() : pod.getStatus().getConditions().stream().filter(condition -> condition.getType().equals("Ready")).findFirst();
  }

  private static String release(Pod pod) {
    return pod.getMetadata().getLabels().getOrDefault(RELEASE, pod.getMetadata().getName());
  }

  /** The service may be a sidecar: a container among those that start first. */
  private static int adminPort(Pod pod) {
    return Stream.concat(pod.getSpec().getInitContainers().stream(), pod.getSpec().getContainers().stream())
        .map(Container::getPorts)
        .flatMap(List::stream)
        .filter(port -> PORT_NAME.equals(port.getName()))
        .map(ContainerPort::getContainerPort)
        .findFirst()
        .orElse(USUAL_PORT);
  }
}
