package dev.exchequer.operator;

import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.translate.EnvoyBootstrap;
import dev.exchequer.operator.watch.FolderReader;
import dev.exchequer.operator.watch.FolderWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The operator in file mode: a folder of YAML is compiled and served, and again after every change. */
public final class FileOperator implements AutoCloseable {
  /**
   * @param namespace of the gateway: its routes may serve the keys of other namespaces
   * @param environment what `${NAME}` in a Secret may name
   * @param adjust changes a compiled plan before it is served (the quickstart's mock provider on another port); identity where there is nothing to change
   */
  public record Settings(Path config, String namespace, EnvoyBootstrap.Settings envoy, Map<String, String> environment, UnaryOperator<GatewayPlan> adjust) {}

  private final Settings settings;
  private final Consumer<List<Diagnostic>> diagnostics;
  private final GatewayPipeline pipeline;
  private final Activation activation;
  private @Nullable FolderWatch watch;
  private List<Diagnostic> told = List.of();

  private FileOperator(Settings settings, Consumer<List<Diagnostic>> diagnostics) throws IOException {
    this.settings = settings;
    this.diagnostics = diagnostics;
    this.pipeline = new GatewayPipeline(settings.environment(), GatewayIdentity.of(settings.namespace()));
    this.activation = Activation.start(Doors.sockets(settings.envoy()));
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
    activation.activate(compiled, settings.adjust().apply(compiled.plan()), this::activated);
  }

  private void activated(Outcome outcome) {
    if (outcome instanceof Outcome.Rejected rejected) {
      synchronized (this) {
        List<Diagnostic> all = new ArrayList<>(told);
        all.add(new Diagnostic(Diagnostic.Severity.error, "NotProgrammed", null, null, 0, null, "Envoy refused the plan: " + rejected.message()));
        tell(List.copyOf(all));
      }
    }
  }

  private synchronized void tell(List<Diagnostic> now) {
    if (!now.equals(told)) {
      told = now;
      diagnostics.accept(now);
    }
  }

  /** Envoy's bootstrap as YAML. */
  public String bootstrap() {
    return EnvoyBootstrap.render(settings.envoy());
  }

  /** What was compiled last. */
  public GatewayPlan plan() {
    return activation.plan();
  }

  /** Whether Envoy and every connected accounting service hold the newest plan. */
  public boolean ready() {
    return activation.ready();
  }

  @Override
  public void close() {
    FolderWatch watching = watch;
    if (watching != null) {
      watching.close();
    }
    activation.close();
  }
}
