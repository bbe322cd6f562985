package dev.exchequer.operator.reconcile;

import dev.exchequer.identity.ObjectName;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.IndexerResourceCache;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One kind: says that something changed, and hands out what its informer has. The gateway is compiled as a whole, so there is nothing to do for one object.
 */
abstract class DirtyReconciler<R extends RawResource> implements Reconciler<R> {
  private final Runnable dirty;
  private final String kind;
  private volatile @Nullable IndexerResourceCache<R> cache;

  DirtyReconciler(Class<R> type, Runnable dirty) {
    this.kind = type.getSimpleName();
    this.dirty = dirty;
  }

  final String kind() {
    return kind;
  }

  @Override
  public List<EventSource<?, R>> prepareEventSources(EventSourceContext<R> context) {
    cache = context.getPrimaryCache();
    return List.of();
  }

  @Override
  public UpdateControl<R> reconcile(R resource, Context<R> context) {
    dirty.run();
    return UpdateControl.noUpdate();
  }

  /** One of them; empty if the informer has none of this name. */
  final Optional<? extends RawResource> find(ObjectName name) {
    IndexerResourceCache<R> current = cache;
    return current == null ? Optional.empty() : current.get(new ResourceID(name.name(), name.namespace()));
  }

  /** Shared with the informer: not to be changed. */
  final Stream<? extends RawResource> all() {
    IndexerResourceCache<R> current = cache;
    return current == null ? Stream.of() : current.list(resource -> true);
  }
}
