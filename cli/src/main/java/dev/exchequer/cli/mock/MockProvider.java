package dev.exchequer.cli.mock;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The server: on loopback, one virtual thread a connection. Which model does what is in {@link Behaviour}. */
public final class MockProvider implements AutoCloseable {
  private static final int REMEMBERED = 10_000;
  private static final int BACKLOG = 1024;

  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Deque<Received> received = new ArrayDeque<>();
  private final AtomicLong ids = new AtomicLong();

  private MockProvider(ServerSocket server) {
    this.server = server;
  }

  /**
   * A request as it arrived.
   *
   * @param headers by lower-case name, repeated ones joined by a comma
   */
  public record Received(String path, Map<String, String> headers, String body) {
    /** @param name in any case */
    public @Nullable String header(String name) {
      return headers.get(name.toLowerCase(Locale.ROOT));
    }
  }

  /** @param port 0 = any free one */
  public static MockProvider start(int port) throws IOException {
    ServerSocket server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    MockProvider provider = new MockProvider(server);
    Thread.ofVirtual().name("mock-provider").start(provider::accept);
    return provider;
  }

  public int port() {
    return server.getLocalPort();
  }

  /** What was asked so far, oldest first, at most the last 10,000. */
  public List<Received> received() {
    synchronized (received) {
      return List.copyOf(received);
    }
  }

  /** What the bodies of its errors say. */
  public String errorMessage(int status) {
    return Bodies.errorMessage(status);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        open.add(socket);
        Thread.ofVirtual().name("mock-connection").start(() -> serve(socket));
      } catch (IOException e) {
        // Closed, or a connection that was gone before it was accepted; the loop's condition tells them apart.
        continue;
      }
    }
  }

  private void serve(Socket socket) {
    try (Wire wire = new Wire(socket)) {
      boolean again = true;
      while (again) {
        Wire.Request request = wire.read();
        again = request != null && answer(wire, request) && !"close".equalsIgnoreCase(request.headers().get("connection"));
      }
    } catch (IOException e) {
      // The other side left; a provider does not mind.
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(socket);
    }
  }

  private boolean answer(Wire wire, Wire.Request request) throws IOException, InterruptedException {
    remember(new Received(request.path(), new LinkedHashMap<>(request.headers()), request.body()));
    Optional<Asked.Endpoint> endpoint = Asked.endpoint(request.path());
    if (endpoint.isEmpty() || !request.method().equals("POST")) {
      refuse(wire, 404, "the mock provider serves POST /v1/chat/completions, /v1/completions and /v1/embeddings");
      return true;
    }
    Optional<Asked> asked = Asked.read(endpoint.get(), request.body());
    if (asked.isEmpty()) {
      refuse(wire, 400, "the body is no JSON object with a model");
      return true;
    }
    return new Answer(wire, asked.get(), Behaviour.of(asked.get().model()), "mock-" + ids.incrementAndGet()).send();
  }

  private void remember(Received request) {
    synchronized (received) {
      if (received.size() == REMEMBERED) {
        received.removeFirst();
      }
      received.addLast(request);
    }
  }

  private static void refuse(Wire wire, int status, String message) throws IOException {
    byte[] body = Bodies.error(status, message).toString().getBytes(StandardCharsets.UTF_8);
    wire.head(status, Map.of("content-type", "application/json", "content-length", Integer.toString(body.length)));
    wire.send(body);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : new ArrayList<>(open)) {
      socket.close();
    }
  }
}
