package dev.exchequer.operator;

import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what needs the API server, again and again while that cannot be reached. A process that ends instead would be started by Kubernetes later and later,
 * and would not see the API server when it is back.
 */
final class PatientStart {
  private static final Logger LOG = LoggerFactory.getLogger(PatientStart.class);
  private static final long PAUSE_MS = 500;
  private static final int TOO_MANY_REQUESTS = 429;

  private PatientStart() {}

  /**
   * @param server its address, for the log
   * @param start leaves nothing behind when it fails
   * @throws RuntimeException what it failed with, where waiting does not help: a right that is missing, a definition that is not there
   */
  static <T> T of(String server, Supplier<T> start) throws InterruptedIOException {
    while (true) {
      try {
        return start.get();
      } catch (RuntimeException e) {
        if (!isUnreachable(e)) {
          throw e;
        }
        LOG.warn("the API server {} cannot be reached, it is tried again: {}", server, innermost(e).toString());
      }
      try {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("stopped while the API server could not be reached");
      }
    }
  }

  static boolean isUnreachable(@Nullable Throwable cause) {
    return switch (cause) {
      case null -> false;
      case KubernetesClientException answered when answered.getCode() != 0 -> answered.getCode() >= 500 || answered.getCode() == TOO_MANY_REQUESTS;
      case IOException network -> true;
      case TimeoutException late -> true;
      default -> isUnreachable(cause.getCause());
    };
  }

  private static Throwable innermost(Throwable thrown) {
    Throwable cause = thrown.getCause();
    return cause == null ? thrown : innermost(cause);
  }
}
