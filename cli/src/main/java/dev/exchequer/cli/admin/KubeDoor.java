package dev.exchequer.cli.admin;

import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** The admin port of a pod on a port of this machine's loopback, through the API server. Owns its client. */
final class KubeDoor implements AdminDoor {
  private final KubernetesClient client;
  private final GatewayPod pod;
  private final LocalPortForward forward;

  private KubeDoor(KubernetesClient client, GatewayPod pod, LocalPortForward forward) {
    this.client = client;
    this.pod = pod;
    this.forward = forward;
  }

  /** @param client is closed with this */
  static KubeDoor open(KubernetesClient client, GatewayPod pod) {
    // loopback by name: else it would listen on every address of this machine
    LocalPortForward forward = client.pods().inNamespace(pod.namespace()).withName(pod.name()).portForward(pod.adminPort(), InetAddress.getLoopbackAddress(), 0);
    return new KubeDoor(client, pod, forward);
  }

  @Override
  public URI url() {
    return URI.create("http://127.0.0.1:" + forward.getLocalPort());
  }

  /** A port-forward that is refused looks like a connection that breaks; so what was missing is asked now. */
  @Override
  public CommandFailed nobodyAnswers(@Nullable Exception cause) {
    String to = pod.namespace() + "/" + pod.name() + " port " + pod.adminPort();
    String told =
        mayForward()
            ? "the port-forward to " + to + " broke off: does the service in it run? (kubectl logs -n " + pod.namespace() + " " + pod.name() + ")"
            : "you may not forward a port of a pod in namespace " + pod.namespace() + ": ask whoever administers the cluster for the right to create pods/portforward there";
    return cause == null ? new CommandFailed(told) : new CommandFailed(told, cause);
  }

  private boolean mayForward() {
    SelfSubjectAccessReview review =
        new SelfSubjectAccessReviewBuilder()
            .withNewSpec()
            .withNewResourceAttributes()
            .withNamespace(pod.namespace())
            .withVerb("create")
            .withResource("pods")
            .withSubresource("portforward")
            .withName(pod.name())
            .endResourceAttributes()
            .endSpec()
            .build();
    try {
      SelfSubjectAccessReview answer = client.authorization().v1().selfSubjectAccessReview().create(review);
      return answer.getStatus() == null || answer.getStatus().getAllowed();
    } catch (KubernetesClientException e) {
      return true; // not known: the other message fits every other reason
    }
  }

  @Override
  public void close() {
    try (client) {
      forward.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
