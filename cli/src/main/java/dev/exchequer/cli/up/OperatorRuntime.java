package dev.exchequer.cli.up;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What `up` needs of the operator in file mode. */
public interface OperatorRuntime {
  /**
   * Loads and compiles the configuration and serves xDS and the policy feed on SOCKETS/xds.sock and feed.sock; from then on follows changes of the folder.
   *
   * @param findings gets the findings of the first load before this returns, and those of every later load that changed them; any thread
   */
  Running start(Settings settings, Consumer<List<Finding>> findings) throws IOException;

  /**
   * @param namespace of the gateway
   * @param listen address of the listener for applications
   * @param mockPort where the mock provider listens, 0 = there is none; a baseUrl on {@link #QUICKSTART_MOCK} means this port
   */
  record Settings(Path config, String namespace, Path data, Path sockets, String listen, int port, int mockPort) {}

  /** What the quickstart's providers are written with. */
  String QUICKSTART_MOCK = "http://127.0.0.1:" + UpSettings.MOCK_PORT + "/";

  /** An operator that serves. */
  interface Running extends AutoCloseable {
    /** Envoy's bootstrap as YAML. */
    String bootstrap();

    /** Whether Envoy and the service hold the newest plan. */
    boolean ready();

    Summary summary();

    @Override
    void close();
  }

  /**
   * For the first screen.
   *
   * @param namespaces in which there are balances
   * @param demoKey the quickstart's fixed key, if the configuration lets it in
   */
  record Summary(List<Route> routes, List<String> namespaces, Optional<String> demoKey) {
    public Summary {
      routes = List.copyOf(routes);
      namespaces = List.copyOf(namespaces);
    }
  }

  /** @param hops in order, e.g. {@code official (Direct)} */
  record Route(String name, List<String> models, List<String> hops) {
    public Route {
      models = List.copyOf(models);
      hops = List.copyOf(hops);
    }
  }
}
