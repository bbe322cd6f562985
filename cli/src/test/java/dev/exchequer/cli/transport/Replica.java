package dev.exchequer.cli.transport;

import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.operator.Activation;
import dev.exchequer.operator.Doors;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.watch.FolderReader;
import dev.exchequer.wire.MutualTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A replica of the operator, on loopback. */
final class Replica implements AutoCloseable {
  static final String NAME = "exchequer-operator";
  private static final Duration LOOK = Duration.ofMillis(50);

  private final MutualTls certificates;
  final Activation activation;

  /** @param tls its certificates */
  Replica(Path tls) throws IOException {
    this(tls, 0);
  }

  Replica(Path tls, int port) throws IOException {
    certificates = MutualTls.load(tls, "exchequer-gateway", LOOK);
    activation = Activation.start(Doors.remote(new Doors.Remote(new InetSocketAddress("127.0.0.1", port), certificates)));
  }

  int port() {
    return activation.port();
  }

  CompletableFuture<Outcome> serve(Compiled compiled, GatewayPlan plan) {
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    activation.activate(compiled, plan, done::complete);
    return done;
  }

  CompletableFuture<Outcome> serve(Compiled compiled) {
    return serve(compiled, compiled.plan());
  }

  /** The digest of the policy that the service of a node decides by; empty = none, or it is not connected. */
  String holds(String node) {
    return activation.services().getOrDefault(node, PolicyStatus.getDefaultInstance()).getDigest();
  }

  /** The world of the end-to-end tests. */
  static Compiled world(Path folder, int mockPort, String more) {
    try {
      String yaml = Files.readString(Path.of(System.getProperty("exchequer.root"), "cli/src/test/resources/e2e/main/world.yaml"));
      Path written = Files.createTempDirectory(folder, "world");
      Files.writeString(written.resolve("world.yaml"), yaml.replace("@MOCK@", Integer.toString(mockPort)).replace("@DEAD@", "1").replace("@SECRET@", "secret") + more);
      return new GatewayPipeline(Map.of()).compile(FolderReader.read(written));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    activation.close();
    certificates.close();
  }
}
