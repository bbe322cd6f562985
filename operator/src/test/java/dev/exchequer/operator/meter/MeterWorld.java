package dev.exchequer.operator.meter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.exchequer.api.v1.AccountingGrpc;
import dev.exchequer.api.v1.SettleReply;
import dev.exchequer.api.v1.SettleRequest;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A real Envoy with two workers, the product's meter in it, and scripted neighbours: an accounting server and a provider. */
final class MeterWorld implements AutoCloseable {

  private static final String HERE = "/dev/exchequer/operator/";
  private static final Pattern CASE = Pattern.compile("case=([^&]+)&attempt=(\\d+)");

  final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(5)).build();
  final InetSocketAddress gateway;
  final Path journal;
  final Path log;
  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Exchange> exchanges = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Server accounting;
  private final ServerSocket provider;
  private final Process envoy;
  private final URI admin;

  static {
    for (String noisy : List.of("io.grpc", "io.netty")) {
      ((ch.qos.logback.classic.Logger) org.slf4j.LoggerFactory.getLogger(noisy)).setLevel(ch.qos.logback.classic.Level.WARN);
    }
  }

  MeterWorld(Path folder) throws Exception {
    accounting = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        .maxInboundMessageSize(40 << 20).addService(new Checks()).addService(new Settles()).build().start();
    provider = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
    int refused;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refused = closed.getLocalPort();
    }
    threads.submit(this::accept);

    journal = folder.resolve("hops.jsonl");
    log = folder.resolve("envoy.log");
    Path meter = Files.writeString(folder.resolve("meter.lua"), resource(HERE + "envoy/meter.lua"));
    String config = resource(HERE + "meter/two-layer.yaml").replace("path: JOURNAL", "path: " + journal).replace("filename: METER", "filename: " + meter)
        .replace("port_value: ACCOUNTING", "port_value: " + accounting.getPort()).replace("port_value: PROVIDER", "port_value: " + provider.getLocalPort())
        .replace("port_value: REFUSED", "port_value: " + refused);
    Path bootstrap = Files.writeString(folder.resolve("envoy.yaml"), config);
    Path address = folder.resolve("admin");
    envoy = new ProcessBuilder(binary(), "-c", bootstrap.toString(), "--concurrency", "2", "--use-dynamic-base-id", "--admin-address-path", address.toString(),
        "--file-flush-interval-msec", "100", "-l", "warning").redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      admin = URI.create("http://" + await("Envoy's admin address", () -> Files.exists(address) ? Files.readString(address) : "", text -> !text.isEmpty()));
      await("Envoy", () -> get("/ready"), "LIVE\n"::equals);
      JsonNode listeners = json.readTree(get("/listeners?format=json")).get("listener_statuses");
      JsonNode socket = listeners.findValues("local_address").stream().filter(each -> each.has("socket_address")).findFirst().orElseThrow().get("socket_address");
      gateway = new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.get("port_value").asInt());
    } catch (Exception e) {
      envoy.destroyForcibly();
      throw new IllegalStateException(Files.readString(log), e);
    }
  }

  private static String binary() throws Exception {
    Process script = new ProcessBuilder(Path.of(System.getProperty("exchequer.root"), "dev", "install-envoy.sh").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String path = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (script.waitFor() != 0) {
      throw new IOException("dev/install-envoy.sh failed");
    }
    return path;
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = MeterWorld.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  Exchange exchange() {
    Exchange exchange = new Exchange(UUID.randomUUID().toString());
    exchanges.put(exchange.id, exchange);
    return exchange;
  }

  HttpRequest.Builder request(Exchange exchange) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.getPort() + "/v1/chat/completions")).header("content-type", "application/json")
        .header("x-case", exchange.id).timeout(Duration.ofSeconds(30));
  }

  HttpResponse<byte[]> send(Exchange exchange, byte[] body) throws Exception {
    return http.send(request(exchange).POST(HttpRequest.BodyPublishers.ofByteArray(body)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> send(Exchange exchange) throws Exception {
    return send(exchange, "{\"model\":\"m\"}".getBytes(StandardCharsets.UTF_8));
  }

  /** A raw connection that has sent the request, for clients that leave. */
  Socket open(Exchange exchange) throws IOException {
    Socket socket = new Socket(gateway.getAddress(), gateway.getPort());
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(("POST /v1/chat/completions HTTP/1.1\r\nhost: gateway\r\ncontent-type: application/json\r\nx-case: " + exchange.id
        + "\r\ncontent-length: 2\r\n\r\n{}").getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  String get(String path) throws IOException {
    try {
      return http.send(HttpRequest.newBuilder(admin.resolve(path)).timeout(Duration.ofSeconds(5)).build(), HttpResponse.BodyHandlers.ofString()).body();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  long stat(String name) {
    try {
      return get("/stats?filter=" + name).lines().filter(line -> line.startsWith(name + ": ")).mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
          .findFirst().orElse(0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Ends Envoy; the script must never have failed, and what it logged is returned. */
  String finish() throws Exception {
    List<String> errors = get("/stats?filter=lua").lines().filter(line -> line.contains(".errors: ") && !line.endsWith(": 0")).toList();
    boolean counted = get("/stats?filter=lua").contains("http.hop.lua.meter.errors: ");
    close();
    String text = Files.readString(log);
    if (!counted || !errors.isEmpty() || text.contains("meter response:")) {
      throw new AssertionError("the meter failed " + errors + "\n" + text);
    }
    return text;
  }

  /** The End line of an attempt. */
  JsonNode journal(Exchange exchange, int attempt) throws Exception {
    return await("journal line", () -> {
      for (String line : Files.readAllLines(journal)) {
        if (line.contains(exchange.id + "/" + attempt + "\"") && line.contains("DownstreamEnd")) {
          return json.readTree(line);
        }
      }
      return json.nullNode();
    }, line -> !line.isNull());
  }

  interface Source<T> {
    T get() throws Exception;
  }

  static <T> T await(String what, Source<T> source, Predicate<T> good) throws Exception {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (true) {
      T value;
      try {
        value = source.get();
        if (good.test(value)) {
          return value;
        }
      } catch (IOException notYet) {
        value = null;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(what + " did not come; last: " + value);
      }
      java.util.concurrent.locks.LockSupport.parkNanos(2_000_000);
    }
  }

  private void accept() {
    while (!provider.isClosed()) {
      try {
        Socket socket = provider.accept();
        threads.submit(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (Socket socket = connection) {
      ProviderWire wire = new ProviderWire(socket, () -> stat("cluster.provider.upstream_cx_rx_bytes_total"));
      Matcher matcher = CASE.matcher(wire.path);
      if (matcher.find()) {
        Exchange exchange = exchanges.get(matcher.group(1));
        exchange.received.add(wire);
        exchange.providers.get(Integer.parseInt(matcher.group(2)) - 1).answer(wire);
      }
    } catch (Exception e) {
      if (!(e instanceof IOException)) {
        e.printStackTrace();
      }
    }
  }

  private final class Checks extends AuthorizationGrpc.AuthorizationImplBase {
    @Override
    public void check(CheckRequest request, StreamObserver<CheckResponse> observer) {
      var attributes = request.getAttributes();
      Map<String, String> headers = attributes.getRequest().getHttp().getHeadersMap();
      boolean admit = "admit".equals(attributes.getContextExtensionsMap().get("stage"));
      Exchange exchange = exchanges.get(headers.get(admit ? "x-case" : "x-exq-request"));
      int attempt = admit ? 1 : Integer.parseInt(headers.get("x-envoy-attempt-count"));
      OkHttpResponse.Builder ok = OkHttpResponse.newBuilder();
      exchange.attempts.get(attempt - 1).forEach((name, value) -> ok.addHeaders(header(name, value)));
      if (admit) {
        ok.addHeaders(header("x-exq-request", exchange.id)).addAllHeadersToRemove(List.of("x-case", "connection"));
      }
      observer.onNext(CheckResponse.newBuilder().setStatus(com.google.rpc.Status.newBuilder()).setOkResponse(ok).build());
      observer.onCompleted();
    }

    private HeaderValueOption header(String name, String value) {
      return HeaderValueOption.newBuilder().setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
          .setAppendAction(HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD).setKeepEmptyValue(true).build();
    }
  }

  private final class Settles extends AccountingGrpc.AccountingImplBase {
    @Override
    public void settle(SettleRequest request, StreamObserver<SettleReply> observer) {
      Exchange exchange = exchanges.get(request.getRequest().toStringUtf8());
      if (exchange == null) {
        observer.onError(Status.NOT_FOUND.asRuntimeException());
        return;
      }
      exchange.settled.add(request);
      try {
        exchange.settle.apply(request).ifPresent(reply -> {
          observer.onNext(reply);
          observer.onCompleted();
        });
      } catch (io.grpc.StatusRuntimeException scripted) {
        observer.onError(scripted);
      }
    }
  }

  @Override
  public void close() throws Exception {
    envoy.destroy();
    if (!envoy.waitFor(10, TimeUnit.SECONDS)) {
      envoy.destroyForcibly().waitFor();
    }
    provider.close();
    accounting.shutdownNow();
    threads.shutdownNow();
    http.close();
  }
}
