package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.model.ObjectKey;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The informers of all kinds, from one list of each on. */
final class Watches implements AutoCloseable {
  private final List<DirtyReconciler<?>> reconcilers = new ArrayList<>();
  private final Operator operator;

  private Watches(KubernetesClient client) {
    this.operator = new Operator(overrides -> overrides.withKubernetesClient(client).withCloseClientOnStop(false).withConcurrentReconciliationThreads(2));
  }

  /**
   * Returns when every object was read once.
   *
   * @param namespaces to watch; empty = all
   * @param dirty called when something changed
   */
  static Watches start(KubernetesClient client, Set<String> namespaces, Runnable dirty) {
    Watches watches = new Watches(client);
    try {
      Kinds.ALL.forEach(kind -> watches.register(kind, namespaces, dirty));
      watches.operator.start();
      return watches;
    } catch (RuntimeException e) {
      watches.close();
      throw e;
    }
  }

  private <R extends RawResource> void register(Kinds.Watched<R> kind, Set<String> namespaces, Runnable dirty) {
    DirtyReconciler<R> reconciler = kind.reconciler().apply(dirty);
    reconcilers.add(reconciler);
    operator.register(
        reconciler,
        overrides -> {
          overrides.withTriggerReconcilerOnAllEvents(true); // deletions too, without a finalizer
          if (namespaces.isEmpty()) {
            overrides.watchingAllNamespaces();
          } else {
            overrides.settingNamespaces(namespaces);
          }
        });
  }

  /** Shared with the informers: not to be changed. */
  Stream<? extends RawResource> all() {
    return reconcilers.stream().flatMap(DirtyReconciler::all);
  }

  Stream<? extends RawResource> ofKind(String kind) {
    return reconcilers.stream().filter(one -> one.kind().equals(kind)).flatMap(DirtyReconciler::all);
  }

  Optional<? extends RawResource> find(ObjectKey key) {
    return reconcilers.stream().filter(one -> one.kind().equals(key.kind())).findFirst().flatMap(one -> one.find(key.name()));
  }

  /** Whether all stand. */
  boolean healthy() {
    return operator.getRuntimeInfo().isStarted() && operator.getRuntimeInfo().allEventSourcesAreHealthy();
  }

  @Override
  public void close() {
    operator.stop();
  }
}
