package dev.exchequer.operator;

import dev.exchequer.api.v1.PolicyStatus;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.policy.PolicyFeedServer;
import dev.exchequer.operator.publish.EnvoyAdmin;
import dev.exchequer.operator.publish.EnvoyPublisher;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.publish.XdsServer;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.operator.translate.ToEnvoy;
import dev.exchequer.operator.watch.FolderReader;
import dev.exchequer.operator.watch.FolderWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operator in file mode: a folder of YAML is compiled and served, and again after every change. A plan is activated in the order of
 * docs/design/xds.md: Envoy gets clusters, secrets and routes beside the old ones, then the accounting service gets the policy, and what only older plans
 * needed goes when nothing pinned names them.
 */
public final class FileOperator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileOperator.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(2);

  /**
   * @param environment what `${NAME}` in a Secret may name
   * @param adjust changes a compiled plan before it is served (the quickstart's mock provider on another port); identity where there is nothing to change
   */
  public record Settings(Path config, EnvoyBootstrap.Settings envoy, Map<String, String> environment, UnaryOperator<GatewayPlan> adjust) {}

  private final Settings settings;
  private final Consumer<List<Diagnostic>> diagnostics;
  private final GatewayPipeline pipeline;
  private final XdsServer xds;
  private final EnvoyPublisher publisher;
  private final PolicyFeedServer feed;
  private final ExecutorService activation = Executors.newSingleThreadExecutor(Thread.ofPlatform().name("activation").daemon().factory());

  /** Plans that something may still be decided by, by digest; guarded by this. */
  private final Map<String, GatewayPlan> plans = new LinkedHashMap<>();

  private volatile String activated = "";
  private volatile GatewayPlan plan = GatewayPlan.EMPTY;
  private @Nullable FolderWatch watch;
  private List<Diagnostic> told = List.of();

  private FileOperator(Settings settings, Consumer<List<Diagnostic>> diagnostics) throws IOException {
    this.settings = settings;
    this.diagnostics = diagnostics;
    this.pipeline = new GatewayPipeline(settings.environment());
    this.xds = XdsServer.start(settings.envoy().xdsSocket());
    EnvoyAdmin admin = new EnvoyAdmin(settings.envoy().adminSocket(), ADMIN_TIMEOUT);
    this.publisher = new EnvoyPublisher(xds, new ToEnvoy(ToEnvoy.SYSTEM_TRUST), admin, PATIENCE);
    this.feed = new PolicyFeedServer(settings.envoy().socketsDir().resolve("feed.sock"), this::heard);
  }

  /**
   * Serves on SOCKETS/xds.sock and feed.sock.
   *
   * @param diagnostics gets those of the first reading before this returns, and those of later readings whenever they differ; any thread
   * @throws IOException if the folder cannot be read or a socket cannot be bound
   */
  public static FileOperator start(Settings settings, Consumer<List<Diagnostic>> diagnostics) throws IOException {
    Reading first = FolderReader.read(settings.config());
    FileOperator operator = new FileOperator(settings, diagnostics);
    operator.read(first);
    operator.watch = FolderWatch.start(settings.config(), first, operator::read);
    return operator;
  }

  private synchronized void read(Reading reading) {
    GatewayPipeline.Compiled compiled = pipeline.compile(reading);
    tell(compiled.diagnostics());
    GatewayPlan adjusted = settings.adjust().apply(compiled.plan());
    plans.put(compiled.digest(), adjusted);
    plan = adjusted;
    activation.execute(() -> activate(compiled, adjusted));
  }

  private void tell(List<Diagnostic> now) {
    if (!now.equals(told)) {
      told = now;
      diagnostics.accept(now);
    }
  }

  private void activate(GatewayPipeline.Compiled compiled, GatewayPlan adjusted) {
    try {
      Outcome outcome = publisher.stage(adjusted);
      if (outcome instanceof Outcome.Rejected rejected) {
        LOG.error("Envoy refused the plan {}: {}", compiled.digest(), rejected.message());
        synchronized (this) {
          List<Diagnostic> all = new ArrayList<>(told);
          all.add(new Diagnostic(Diagnostic.Severity.error, "NotProgrammed", null, null, 0, null, "Envoy refused the plan: " + rejected.message()));
          tell(List.copyOf(all));
        }
        return;
      }
      // No Envoy yet: its resources stand ready, and without it there is nobody to decide for.
      activated = compiled.digest();
      feed.offer(compiled.digest(), compiled.policy());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("the plan {} could not be activated", compiled.digest(), e);
    }
  }

  /** What the service still decides by stays; the rest goes. */
  private void heard(PolicyStatus status) {
    if (!status.getError().isEmpty()) {
      LOG.error("the accounting service refused a policy: {}", status.getError());
    }
    if (!activation.isShutdown()) {
      activation.execute(this::retire);
    }
  }

  private void retire() {
    Set<String> named = new HashSet<>();
    feed.latestStatus().values().forEach(status -> named.addAll(status.getPinnedList()));
    if (!named.contains(activated)) {
      return;
    }
    List<GatewayPlan> pinned = new ArrayList<>();
    synchronized (this) {
      plans.keySet().removeIf(digest -> !named.contains(digest) && !plan.equals(plans.get(digest)));
      named.forEach(
          digest -> {
            GatewayPlan needed = plans.get(digest);
            if (needed != null) {
              pinned.add(needed);
            }
          });
    }
    try {
      publisher.retire(pinned);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Envoy's bootstrap as YAML. */
  public String bootstrap() {
    return EnvoyBootstrap.render(settings.envoy());
  }

  /** What was compiled last. */
  public GatewayPlan plan() {
    return plan;
  }

  /** Whether Envoy and every connected accounting service hold the newest plan. */
  public boolean ready() {
    String digest = activated;
    Map<String, PolicyStatus> services = feed.latestStatus();
    return !digest.isEmpty()
        && !services.isEmpty()
        && services.values().stream().allMatch(status -> status.getDigest().equals(digest))
        && publisher.current() instanceof Outcome.Serving;
  }

  @Override
  public void close() {
    FolderWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    activation.shutdownNow();
    try {
      if (!activation.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("an activation was still under way");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    feed.close();
    xds.close();
  }
}
