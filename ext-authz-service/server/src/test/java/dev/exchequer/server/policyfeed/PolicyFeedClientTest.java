package dev.exchequer.server.policyfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AccountingPolicy;
import dev.exchequer.api.v1.PolicyFeedGrpc;
import dev.exchequer.api.v1.PolicyPiece;
import dev.exchequer.api.v1.PolicyRange;
import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.api.v1.PolicyUpdate;
import dev.exchequer.ledger.Result;
import dev.exchequer.policy.Policy;
import dev.exchequer.server.GrpcServers;
import dev.exchequer.server.ServiceSettings;
import dev.exchequer.server.admin.UnusedEngine;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.wire.PolicyPatch;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client against an operator of this test on a real Unix socket, which is also the test of {@link GrpcServers}. */
class PolicyFeedClientTest {
  private static final AccountingPolicy FIRST = Policies.whole().build();
  private static final AccountingPolicy SECOND = Policies.whole().clearBudgets().build();

  @TempDir Path folder = Path.of("");

  private final Operator operator = new Operator();
  private final FakeEngine engine = new FakeEngine();
  private volatile List<String> pinned = List.of();
  private @Nullable GrpcServers servers;
  private @Nullable OperatorLink link;
  private @Nullable PolicyFeedClient client;
  /** What Envoy answers, one after the other; then yes. */
  private final Queue<CompletableFuture<Void>> routed = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void start() throws Exception {
    servers = serve();
    link = OperatorLink.unix(settings().admitSocket(), 1 << 20);
    client = new PolicyFeedClient(new PolicyFeedClient.Settings("local", 10, 50, 20), link, engine, () -> pinned, () -> Objects.requireNonNullElse(routed.poll(), CompletableFuture.completedFuture(null)));
    client.start();
  }

  @AfterEach
  void stop() {
    Objects.requireNonNull(client).close();
    Objects.requireNonNull(link).close();
    Objects.requireNonNull(servers).close();
  }

  @Test
  void acknowledgesWhatIsInForce() throws Exception {
    assertThat(operator.nextStatus()).isEqualTo(PolicyStatus.newBuilder().setNode("local").build());
    operator.send(FIRST);
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(FIRST), ""));
    assertThat(engine.stored).isEqualTo(FIRST.toByteString());
    operator.send(SECOND);
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(SECOND), ""));
  }

  @Test
  void acknowledgesOnlyAfterItIsStored() throws Exception {
    operator.nextStatus();
    CompletableFuture<Result> commit = new CompletableFuture<>();
    engine.commit = commit;
    operator.send(FIRST);
    engine.activations.poll(10, TimeUnit.SECONDS);
    pinned = List.of("old");
    assertThat(operator.statuses.poll(100, TimeUnit.MILLISECONDS)).isNull();
    commit.complete(new Result.Done());
    PolicyStatus answer = operator.nextStatus();
    assertThat(answer.getDigest()).isEqualTo(Policies.digest(FIRST));
    assertThat(answer.getPinnedList()).containsExactly("old");
    assertThat(operator.statuses).isEmpty();
  }

  @Test
  void activatesInOrderAndNotBeforeEnvoyCanRoute() throws Exception {
    operator.nextStatus();
    CompletableFuture<Void> warm = new CompletableFuture<>();
    routed.add(warm);
    operator.send(FIRST);
    operator.send(SECOND);
    assertThat(engine.activations.poll(100, TimeUnit.MILLISECONDS)).isNull();
    warm.complete(null);
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(FIRST), ""));
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(SECOND), ""));
  }

  @Test
  void refusesAndKeepsTheOldOne() throws Exception {
    operator.nextStatus();
    operator.send(FIRST);
    operator.nextStatus();
    operator.send(SECOND.toBuilder().setSchema(2).build());
    PolicyStatus refusal = operator.nextStatus();
    assertThat(refusal.getDigest()).isEqualTo(Policies.digest(FIRST));
    assertThat(refusal.getError()).isEqualTo("schema 2: this service reads schema 1");
    operator.send(SECOND);
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(SECOND), ""));
  }

  @Test
  void refusesBytesThatAreNotTheDigests() throws Exception {
    operator.nextStatus();
    operator.send(PolicyUpdate.newBuilder().setDigest(Policies.digest(SECOND)).setPolicy(FIRST.toByteString()).build());
    assertThat(operator.nextStatus().getError()).startsWith("the digest is that of other bytes");
  }

  @Test
  void saysThatItCouldNotStore() throws Exception {
    operator.nextStatus();
    engine.commit = CompletableFuture.failedFuture(new IllegalStateException("disk full"));
    operator.send(FIRST);
    assertThat(operator.nextStatus()).isEqualTo(status("", "could not be stored: disk full"));
  }

  @Test
  void tellsWhatIsPinned() throws Exception {
    operator.nextStatus();
    pinned = List.of("b", "a");
    assertThat(operator.nextStatus().getPinnedList()).containsExactly("a", "b");
    pinned = List.of();
    assertThat(operator.nextStatus().getPinnedList()).isEmpty();
  }

  @Test
  void comesBackAfterTheOperatorDid() throws Exception {
    operator.nextStatus();
    operator.send(FIRST);
    operator.nextStatus();
    Objects.requireNonNull(servers).close();
    assertThat(settings().admitSocket()).doesNotExist();
    Files.createFile(settings().admitSocket()); // what a process that was killed leaves
    servers = serve();
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(FIRST), ""));
    operator.send(SECOND);
    assertThat(operator.nextStatus().getDigest()).isEqualTo(Policies.digest(SECOND));
  }

  @Test
  void comesBackAfterTheStreamEnded() throws Exception {
    operator.nextStatus();
    operator.end();
    assertThat(operator.nextStatus()).isEqualTo(PolicyStatus.newBuilder().setNode("local").build());
  }

  @Test
  void onlyTheOwnerMayCall() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings().admitSocket()))).isEqualTo("rw-------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(settings().moneySocket()))).isEqualTo("rw-------");
  }

  private GrpcServers serve() throws Exception {
    return GrpcServers.start(settings(), List.of(operator), List.of());
  }

  private ServiceSettings settings() {
    return ServiceSettings.local(folder, folder, 0);
  }

  /** After a policy came. */
  private static PolicyStatus status(String digest, String error) {
    return PolicyStatus.newBuilder().setNode("local").setDigest(digest).setError(error).setPatches(true).build();
  }

  private static PolicyUpdate patch(AccountingPolicy base, AccountingPolicy next) throws IOException {
    return PolicyUpdate.newBuilder()
        .setDigest(Policies.digest(next))
        .setBase(Policies.digest(base))
        .addAllPieces(PolicyPatch.between(base.toByteArray(), next.toByteArray()))
        .build();
  }

  @Test
  void takesWhatIsDifferent() throws Exception {
    operator.nextStatus();
    operator.send(FIRST);
    operator.nextStatus();
    operator.send(patch(FIRST, SECOND));
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(SECOND), ""));
    assertThat(engine.stored).isEqualTo(SECOND.toByteString());
    operator.send(patch(SECOND, FIRST));
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(FIRST), ""));
    assertThat(engine.stored).isEqualTo(FIRST.toByteString());
  }

  @Test
  void asksForTheWholeWhereAPatchDoesNotFit() throws Exception {
    operator.nextStatus();
    PolicyPiece beyond = PolicyPiece.newBuilder().setCopy(PolicyRange.newBuilder().setOffset(1 << 30).setLength(1)).build();
    List<PolicyUpdate> wrong =
        List.of(patch(SECOND, SECOND), patch(FIRST, FIRST).toBuilder().setDigest("other").build(), patch(FIRST, SECOND).toBuilder().addPieces(beyond).build());
    for (PolicyUpdate update : wrong) {
      operator.send(FIRST);
      assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(FIRST), ""));
      operator.send(update);
      PolicyStatus answer = operator.nextStatus();
      assertThat(answer.getError()).isEqualTo("the patch does not fit what was sent before: send the whole policy");
      assertThat(answer.getPatches()).isFalse();
      assertThat(answer.getDigest()).as("the old one decides").isEqualTo(Policies.digest(FIRST));
    }
    operator.send(SECOND);
    assertThat(operator.nextStatus()).isEqualTo(status(Policies.digest(SECOND), ""));
  }

  private static final class Operator extends PolicyFeedGrpc.PolicyFeedImplBase {
    final BlockingQueue<PolicyStatus> statuses = new LinkedBlockingQueue<>();
    private volatile @Nullable StreamObserver<PolicyUpdate> out;

    PolicyStatus nextStatus() throws InterruptedException {
      return Objects.requireNonNull(statuses.poll(10, TimeUnit.SECONDS), "no status came");
    }

    void send(AccountingPolicy policy) {
      send(PolicyUpdate.newBuilder().setDigest(Policies.digest(policy)).setPolicy(ByteString.copyFrom(policy.toByteArray())).build());
    }

    void send(PolicyUpdate update) {
      Objects.requireNonNull(out).onNext(update);
    }

    void end() {
      Objects.requireNonNull(out).onCompleted();
    }

    @Override
    public StreamObserver<PolicyStatus> watch(StreamObserver<PolicyUpdate> updates) {
      out = updates;
      return new StreamObserver<>() {
        @Override
        public void onNext(PolicyStatus status) {
          statuses.add(status);
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          updates.onCompleted();
        }
      };
    }
  }

  private static final class FakeEngine extends UnusedEngine {
    volatile CompletableFuture<Result> commit = CompletableFuture.completedFuture(new Result.Done());
    final BlockingQueue<Policy> activations = new LinkedBlockingQueue<>();
    volatile ByteString stored = ByteString.EMPTY;
    private volatile @Nullable Policy active;

    @Override
    public Optional<Policy> policy() {
      return Optional.ofNullable(active);
    }

    @Override
    public CompletableFuture<Result> activate(Policy policy, byte[] canonical) {
      activations.add(policy);
      return commit.thenApply(
          done -> {
            stored = ByteString.copyFrom(canonical);
            active = policy;
            return done;
          });
    }
  }
}
