package dev.exchequer.cli.kill;

import com.google.protobuf.ByteString;
import dev.exchequer.api.v1.AccountingGrpc;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext.HttpRequest;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Callers that ask as Envoy does: a Check at admit.sock holds, a Settle at money.sock pays. What was answered is remembered, and only that. */
final class Payers implements AutoCloseable {
  private static final int PATIENCE_S = 2;
  private static final int LEFT_OPEN_OF = 8;

  private static final String BODY = "{\"model\":\"" + PlayedOperator.MODEL + "\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

  private final ManagedChannel admit;
  private final ManagedChannel money;
  private final Queue<String> held = new ConcurrentLinkedQueue<>();
  private final Queue<String> settled = new ConcurrentLinkedQueue<>();
  private final Semaphore answers = new Semaphore(0);
  private final AtomicInteger asked = new AtomicInteger();
  private final List<Thread> threads = new ArrayList<>();

  /** @param sockets of one life of the service */
  Payers(Path sockets) {
    this.admit = UnixSockets.connect(sockets.resolve("admit.sock"));
    this.money = UnixSockets.connect(sockets.resolve("money.sock"));
  }

  /** Ids of holds whose Check was answered. */
  List<String> held() {
    return List.copyOf(held);
  }

  /** Ids of holds whose Settle was answered. */
  List<String> settled() {
    return List.copyOf(settled);
  }

  /** Callers that go on until nobody answers any more. */
  void start(int callers) {
    for (int i = 0; i < callers; i++) {
      threads.add(Thread.ofPlatform().name("payer-" + i).daemon(true).start(this::pay));
    }
  }

  /** Waits until so many questions have been answered. */
  void awaitAnswers(int count) throws InterruptedException {
    if (!answers.tryAcquire(count, 60, TimeUnit.SECONDS)) {
      throw new AssertionError("the service answers nobody");
    }
  }

  /** Waits until every caller has noticed that the service is gone. */
  void awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(30_000);
      if (thread.isAlive()) {
        throw new AssertionError("a caller still waits: " + thread);
      }
    }
  }

  private void pay() {
    try {
      while (true) {
        String id = hold().orElseThrow(() -> new AssertionError("a hold was refused"));
        if (asked.incrementAndGet() % LEFT_OPEN_OF != 0) {
          settle(id);
        }
      }
    } catch (StatusRuntimeException gone) {
      // killed
    }
  }

  /**
   * @return the id of the hold, empty if it was refused
   * @throws StatusRuntimeException if nobody answers
   */
  Optional<String> hold() {
    CheckResponse answer = AuthorizationGrpc.newBlockingStub(admit).withDeadlineAfter(PATIENCE_S, TimeUnit.SECONDS).check(check());
    Optional<String> id =
        answer.getOkResponse().getHeadersList().stream().map(HeaderValueOption::getHeader).filter(header -> header.getKey().equals("x-exq-hold")).map(header -> header.getValue()).findFirst();
    id.ifPresent(held::add);
    answers.release();
    return id;
  }

  /** @throws StatusRuntimeException if nobody answers */
  SettleReply settle(String hold) {
    SettleReply reply = AccountingGrpc.newBlockingStub(money).withDeadlineAfter(PATIENCE_S, TimeUnit.SECONDS).settle(evidence(hold));
    settled.add(hold);
    answers.release();
    return reply;
  }

  private static CheckRequest check() {
    HttpRequest.Builder http = HttpRequest.newBuilder().setMethod("POST").setPath("/v1/chat/completions").setRawBody(ByteString.copyFromUtf8(BODY));
    http.putHeaders(":method", "POST").putHeaders(":path", "/v1/chat/completions").putHeaders(":authority", "gateway");
    http.putHeaders("authorization", "Bearer " + PlayedOperator.KEY).putHeaders("content-type", "application/json");
    CheckRequest.Builder request = CheckRequest.newBuilder();
    request.getAttributesBuilder().getRequestBuilder().setHttp(http);
    return request.build();
  }

  private static SettleRequest evidence(String hold) {
    int slash = hold.lastIndexOf('/');
    return SettleRequest.newBuilder()
        .setRequest(ByteString.copyFromUtf8(hold.substring(0, slash)))
        .setAttempt(1)
        .setHold(ByteString.copyFromUtf8(hold))
        .setUsage(ByteString.copyFromUtf8("{\"prompt_tokens\":10,\"completion_tokens\":5,\"total_tokens\":15}"))
        .setStatus(200)
        .setContentType(ByteString.copyFromUtf8("application/json"))
        .setModel(ByteString.copyFromUtf8(PlayedOperator.MODEL))
        .setFinishReason(ByteString.copyFromUtf8("stop"))
        .setReleased(true)
        .setOutputItems(1)
        .setTextBytes(20)
        .build();
  }

  @Override
  public void close() {
    admit.shutdownNow();
    money.shutdownNow();
  }
}
