package dev.exchequer.operator.policy;

import com.google.protobuf.UnsafeByteOperations;
import dev.exchequer.api.v1.AlertWebhook;
import dev.exchequer.api.v1.AlertsRequest;
import dev.exchequer.api.v1.LedgerReport;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.api.v1.ReportEnd;
import dev.exchequer.wire.PolicyPatch;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The policy feed: accounting services dial it and get the policy that is in force, now and whenever another one is, as soon as the Envoy of their node can
 * route by it. They register by dialling; {@link #latestStatus} says what each of them holds. Where it listens is the transport's.
 *
 * <p>A service that has the policy before gets what is different: of thousands of routes a change touches a few.
 *
 * <p>One lock for all: there are few services and few changes, and statuses stay in order.
 */
public final class PolicyFeed extends PolicyFeedGrpc.PolicyFeedImplBase implements AutoCloseable {
  private final Consumer<PolicyStatus> onStatus;
  private final Predicate<String> mayDecide;
  private final LedgerReports reports = new LedgerReports();
  private final AlertFeed alerts = new AlertFeed();

  /** In the order in which they came: of two of one node the later counts. */
  private final Set<Subscriber> subscribers = new LinkedHashSet<>();

  private @Nullable Offered inForce;
  /** The one before: what most services have when another comes. */
  private @Nullable Offered before;

  /** A policy, whole and as a patch of the one before. */
  private static final class Offered {
    private final String digest;
    private final byte[] policy;
    private @Nullable PolicyUpdate whole;
    private @Nullable PolicyUpdate patch;

    Offered(String digest, byte[] policy) {
      this.digest = digest;
      this.policy = policy;
    }

    PolicyUpdate whole() {
      PolicyUpdate made = whole;
      if (made == null) {
        made = PolicyUpdate.newBuilder().setDigest(digest).setPolicy(UnsafeByteOperations.unsafeWrap(policy)).build();
        whole = made;
      }
      return made;
    }

    /** To the one before. */
    PolicyUpdate from(Offered base) {
      PolicyUpdate made = patch;
      if (made == null) {
        try {
          made = PolicyUpdate.newBuilder().setDigest(digest).setBase(base.digest).addAllPieces(PolicyPatch.between(base.policy, policy)).build();
        } catch (IOException e) {
          throw new IllegalStateException("our own policy cannot be read", e);
        }
        patch = made;
      }
      return made;
    }
  }

  /**
   * @param onStatus called in order for every status that a service sends; it must not block
   * @param mayDecide by node: whether its Envoy can route by the policy in force; asked again by {@link #reconsider}. It must not block
   */
  public PolicyFeed(Consumer<PolicyStatus> onStatus, Predicate<String> mayDecide) {
    this.onStatus = onStatus;
    this.mayDecide = mayDecide;
  }

  @Override
  public synchronized StreamObserver<PolicyStatus> watch(StreamObserver<PolicyUpdate> updates) {
    Subscriber subscriber = new Subscriber(updates);
    subscribers.add(subscriber);
    return subscriber;
  }

  @Override
  public StreamObserver<LedgerReport> report(StreamObserver<ReportEnd> end) {
    return reports.receive(end);
  }

  @Override
  public void alerts(AlertsRequest request, StreamObserver<AlertWebhook> webhooks) {
    alerts.subscribe(webhooks);
  }

  /** Where the accounting services tell alerts. */
  public AlertFeed alerts() {
    return alerts;
  }

  /** What the accounting services report of their ledgers. */
  public LedgerReports reports() {
    return reports;
  }

  /**
   * From now on this policy is the one in force: every connected service that may decide by it gets it, unless it has it.
   *
   * @param policy canonical; not to be changed after
   */
  public synchronized void offer(String digest, byte[] policy) {
    Offered last = inForce;
    if (last == null || !last.digest.equals(digest)) {
      before = last;
      inForce = new Offered(digest, policy);
    }
    reconsider();
  }

  /** Sends the policy in force to those who may decide by it by now. */
  public synchronized void reconsider() {
    Offered offered = inForce;
    if (offered != null) {
      Set.copyOf(subscribers).forEach(subscriber -> subscriber.send(offered));
    }
  }

  /** By node: the last that each connected service said. */
  public synchronized Map<String, PolicyStatus> latestStatus() {
    Map<String, PolicyStatus> byNode = new HashMap<>();
    for (Subscriber subscriber : subscribers) {
      if (subscriber.last != null) {
        byNode.put(subscriber.last.getNode(), subscriber.last);
      }
    }
    return Map.copyOf(byNode);
  }

  private synchronized void status(Subscriber from, PolicyStatus status) {
    if (from.last == null) {
      from.told = status.getDigest(); // the first status says what the service already holds
    } else if (from.patched && !status.getPatches()) {
      from.told = status.getDigest(); // a patch did not fit: the whole is sent
      from.patched = false;
    }
    from.last = status;
    reconsider();
    onStatus.accept(status);
  }

  private synchronized void gone(Subscriber subscriber) {
    subscribers.remove(subscriber);
  }

  /** Ends every stream. */
  @Override
  public synchronized void close() {
    alerts.close();
    for (Subscriber subscriber : Set.copyOf(subscribers)) {
      subscribers.remove(subscriber);
      try {
        subscriber.updates.onError(Status.UNAVAILABLE.withDescription("the operator stops").asRuntimeException());
      } catch (RuntimeException e) {
        continue; // its stream ended before
      }
    }
  }

  private final class Subscriber implements StreamObserver<PolicyStatus> {
    private final StreamObserver<PolicyUpdate> updates;
    private @Nullable PolicyStatus last;
    /** The digest that it was sent, or said to have. */
    private String told = "";
    /** Whether that was sent as a patch. */
    private boolean patched;

    Subscriber(StreamObserver<PolicyUpdate> updates) {
      this.updates = updates;
    }

    /** Once, and only to a service that has said what it holds. */
    private void send(Offered offered) {
      if (last == null || told.equals(offered.digest) || !mayDecide.test(last.getNode())) {
        return;
      }
      Offered base = before;
      patched = base != null && last.getPatches() && told.equals(base.digest);
      told = offered.digest;
      try {
        updates.onNext(patched ? offered.from(Objects.requireNonNull(base)) : offered.whole());
      } catch (RuntimeException e) {
        gone(this); // its stream just broke; it dials again
      }
    }

    @Override
    public void onNext(PolicyStatus status) {
      status(this, status);
    }

    @Override
    public void onError(Throwable cause) {
      gone(this);
    }

    @Override
    public void onCompleted() {
      gone(this);
      updates.onCompleted();
    }
  }
}
