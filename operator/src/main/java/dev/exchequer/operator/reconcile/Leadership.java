package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.reconcile.KubernetesOperator.LeaseName;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who writes statuses. Not the Java Operator SDK's own election: with it a replica that does not lead reconciles nothing, and all of ours serve. It is the
 * same elector of the same client.
 */
final class Leadership implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);
  private static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration RENEW = Duration.ofSeconds(10);
  private static final Duration RETRY = Duration.ofSeconds(2);

  private final KubernetesClient client;
  private final @Nullable LeaseName lease;
  private final Runnable onLead;
  private volatile boolean leads;
  private boolean closed;
  private @Nullable CompletableFuture<?> election;

  /** @param lease null = there is one replica, and it leads */
  Leadership(KubernetesClient client, @Nullable LeaseName lease, Runnable onLead) {
    this.client = client;
    this.lease = lease;
    this.onLead = onLead;
  }

  boolean leads() {
    return leads;
  }

  synchronized void start() {
    if (lease == null) {
      lead();
    } else if (!closed) {
      CompletableFuture<?> next =
          client
              .leaderElector()
              .withConfig(
                  new LeaderElectionConfigBuilder()
                      .withName(lease.name())
                      .withLock(new LeaseLock(lease.namespace(), lease.name(), lease.identity()))
                      .withLeaseDuration(LEASE)
                      .withRenewDeadline(RENEW)
                      .withRetryPeriod(RETRY)
                      .withReleaseOnCancel(true)
                      .withLeaderCallbacks(new LeaderCallbacks(this::lead, this::follow, leader -> LOG.info("the leader is {}", leader)))
                      .build())
              .build()
              .start();
      election = next;
      // an election ends when the lease is lost; there is always the next one
      CompletableFuture<?> unused =
          next.whenComplete((done, cause) -> CompletableFuture.delayedExecutor(RETRY.toSeconds(), TimeUnit.SECONDS).execute(this::start));
    }
  }

  private void lead() {
    leads = true;
    onLead.run();
  }

  private void follow() {
    leads = false;
  }

  @Override
  public synchronized void close() {
    closed = true;
    leads = false;
    if (election != null) {
      election.cancel(true);
    }
  }
}
