package dev.exchequer.cli.admin;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The admin tokens that a release keeps for people: the Secret {@code RELEASE-admin-ROLE} in its namespace, key {@code token}. Who may read the Secret has the
 * role, so Kubernetes decides.
 */
final class KubeToken {
  private static final String KEY = "token";
  private static final int FORBIDDEN = 403;

  /** What a command does there. */
  enum Role {
    VIEWER(List.of("viewer", "treasurer")), TREASURER(List.of("treasurer"));

    private final List<String> tokens;

    /** @param tokens the roles that include it, the least one first */
    Role(List<String> tokens) {
      this.tokens = tokens;
    }
  }

  private KubeToken() {}

  /** @throws CommandFailed if there is none that this person may read */
  static String read(KubernetesClient client, GatewayPod pod, Role role) {
    boolean forbidden = false;
    for (String token : role.tokens) {
      String name = secret(pod, token);
      try {
        Secret secret = client.secrets().inNamespace(pod.namespace()).withName(name).get();
        if (secret != null) {
          return token(secret, pod.namespace() + "/" + name);
        }
      } catch (KubernetesClientException e) {
        if (e.getCode() != FORBIDDEN) {
          throw GatewayPod.failed(e, "get the secret " + name + " in namespace " + pod.namespace());
        }
        forbidden = true;
      }
    }
    String names = String.join(" or ", role.tokens.stream().map(token -> secret(pod, token)).toList());
    throw new CommandFailed(
        (forbidden ? "no admin token: you may not get the secret " : "no admin token: there is no secret ") + names + " in namespace " + pod.namespace()
            + ". Give a token of yours with --token-file, or in EXCHEQUER_TOKEN");
  }

  private static String secret(GatewayPod pod, String role) {
    return pod.release() + "-admin-" + role;
  }

  private static String token(Secret secret, String name) {
    Map<String, String> data = secret.getData();
    String value = data == null ? "" : data.getOrDefault(KEY, "");
    String token = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8).strip();
    if (token.isEmpty()) {
      throw new CommandFailed("no admin token: the secret " + name + " has nothing under the key `token`");
    }
    return token;
  }
}
