package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.validate.KnownFields;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has everything read anew when the API server reads our kinds by other definitions than before.
 *
 * <p>A watch hands out objects by the definition that was in force when it began: without fields and defaults that are new since. The API server ends such
 * watches about a second after the change, and a client goes on from where it was: what came in that second, and what no event brings, stays in its cache as
 * the old definition had it, until somebody writes the object.
 *
 * <p>Definitions that are newer than this operator change nothing: it would refuse objects for a field that it does not know, above all for a new default, and
 * so it is while pods of the next version take over.
 */
final class DefinitionWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DefinitionWatch.class);
  private static final long LOOK_MS = 10_000;

  /** What the API server says of the definitions that it reads by; both throw if it does not answer. */
  interface Served {
    /** Another one, other definitions; "" = it does not say. */
    String digest();

    /** Fields that this operator does not know. */
    List<String> unknown();
  }

  private final Served served;
  private final Runnable renew;
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().name("definitions").daemon().factory());

  /** Of the definitions by which everything was read; null = not asked yet, "" = it was not answered. Of the thread alone, as the next. */
  private @Nullable String last;

  private boolean told;

  /** @param renew reads everything anew; if it throws, it is called again */
  DefinitionWatch(Served served, Runnable renew) {
    this.served = served;
    this.renew = renew;
  }

  static DefinitionWatch of(KubernetesClient client, Runnable renew) {
    return new DefinitionWatch(new OpenApi(client, new KnownFields()), renew);
  }

  /** Before anything is read, so that no change is between the two. Returns at once. */
  void know() {
    try {
      thread.execute(this::look);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed");
    }
  }

  void start() {
    thread.scheduleWithFixedDelay(this::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
  }

  void look() {
    try {
      String now = served.digest();
      if (last == null || now.isEmpty() || now.equals(last)) {
        last = last == null ? now : last;
        return;
      }
      List<String> unknown = served.unknown();
      if (unknown.isEmpty()) {
        LOG.info("the definitions have changed: everything is read anew");
        renew.run();
      } else {
        LOG.warn("the definitions are newer than this operator, which does not know {}: replace it by theirs", unknown);
      }
      last = now;
      told = false;
    } catch (RuntimeException e) {
      last = last == null ? "" : last;
      if (!told) {
        LOG.warn("a change of the definitions may go unseen, it is tried again: {}", e.toString());
        told = true;
      }
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
