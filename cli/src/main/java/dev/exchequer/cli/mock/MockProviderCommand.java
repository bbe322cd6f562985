package dev.exchequer.cli.mock;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "mock-provider",
    description = {"Runs an OpenAI-compatible provider on loopback that costs nothing and behaves as the model's name says.", "Models: " + Behaviour.NAMES + ". Any other name is served like ok."},
    footer = {
      "", "Examples:", "  ./exchequer mock-provider --port 9100",
      "  curl -s localhost:9100/v1/chat/completions -d '{\"model\":\"status-429\",\"messages\":[]}'"
    })
public final class MockProviderCommand implements Callable<Integer> {
  @Option(names = "--port", paramLabel = "PORT", defaultValue = "9100", description = "Port on 127.0.0.1, 0 = any free one (default: ${DEFAULT-VALUE}).")
  int port = 9100;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    try (MockProvider provider = MockProvider.start(port)) {
      out.println("mock provider: http://127.0.0.1:" + provider.port() + "/v1 (Ctrl-C stops it)");
      out.flush();
      new CountDownLatch(1).await();
      return 0;
    } catch (BindException e) {
      spec.commandLine().getErr().println("mock-provider: port " + port + " is in use; choose another with --port");
      return 1;
    }
  }
}
