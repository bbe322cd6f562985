package dev.exchequer.server.authz;

import dev.exchequer.fallback.Ending;
import dev.exchequer.policy.ApiKey;
import dev.exchequer.policy.Policy;
import dev.exchequer.policy.Project;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Who sent a request, by the policy in force when it came. */
record Caller(Policy policy, ApiKey key, Project project) {
  private static final String SCHEME = "Bearer ";
  private static final int MAX_KEY_CHARS = 512;

  /**
   * @param authorization the header's value, "" = none
   * @return empty for no, unknown or expired key
   */
  static Optional<Caller> of(Policy policy, String authorization, long nowMs) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) || authorization.length() > MAX_KEY_CHARS) {
      return Optional.empty();
    }
    String secret = authorization.substring(SCHEME.length()).strip();
    Policy.KeyCredential found = policy.keyBySha256(sha256(secret)).orElse(null);
    Project project = found == null ? null : policy.projects().get(found.key().project());
    if (found == null || project == null || !found.credential().liveAt(nowMs)) {
      return Optional.empty();
    }
    return Optional.of(new Caller(policy, found.key(), project));
  }

  /** What stands against every use of this key, null = nothing. */
  @Nullable Ending suspended() {
    return key.suspended() ? Endings.KEY_SUSPENDED : project.suspended() ? Endings.PROJECT_SUSPENDED : null;
  }

  private static String sha256(String secret) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
