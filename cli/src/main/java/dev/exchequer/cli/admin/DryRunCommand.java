package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "dry-run",
    description = {
      "Tells which balance would pay for a request, and why, without sending or holding anything: each hop of the route, what it would hold and from where,"
          + " why it would be skipped and what to change.",
      "A request that would be refused is an answer too: exit code 0."
    },
    footer = {
      "", "Examples:", "  ./exchequer dry-run --key demo --model premium", "  ./exchequer dry-run --key team-a/ci --model gpt-5.1 --route-classes Pool --output-tokens 4000",
      "  ./exchequer dry-run --key batch --model premium --task nightly -o json"
    })
public final class DryRunCommand implements Runnable {
  private static final long MOST = 1_000_000_000;

  /** As in the resources. */
  enum RouteClass {
    Direct, Pool, Subscription, Byok, Free
  }

  enum Endpoint {
    ChatCompletions, Completions, Embeddings
  }

  @Mixin AdminOptions admin = new AdminOptions();

  @Option(names = "--key", required = true, paramLabel = "[NS/]NAME", description = "The ApiKey object that would ask, not its secret; without a namespace the one in that of --namespace.")
  String key = "";

  @Option(names = "--model", required = true, paramLabel = "MODEL", description = "The model that the request would name.")
  String model = "";

  @Option(names = "--endpoint", paramLabel = "ENDPOINT", defaultValue = "ChatCompletions", description = "One of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  Endpoint endpoint = Endpoint.ChatCompletions;

  @Option(names = "--task", paramLabel = "LABEL", description = "Task label, as in the header x-exchequer-task; the key's own wins.")
  @Nullable String task;

  @Option(names = "--end-user", paramLabel = "ID", description = "End user, as in the header x-exchequer-end-user.")
  @Nullable String endUser;

  @Option(names = "--route-classes", split = ",", paramLabel = "CLASS", description = "Narrows the request, as the header x-exchequer-route-classes does: ${COMPLETION-CANDIDATES}.")
  List<RouteClass> routeClasses = List.of();

  @Option(names = "--input-bytes", paramLabel = "N", defaultValue = "1000", description = "Bytes of the input's text; it cannot have more tokens (default: ${DEFAULT-VALUE}).")
  long inputBytes = 1000;

  @Option(names = "--output-tokens", paramLabel = "N", defaultValue = "100", description = "The request's output cap, for each choice (default: ${DEFAULT-VALUE}).")
  long outputTokens = 100;

  @Option(names = "--choices", paramLabel = "N", defaultValue = "1", description = "How many answers, `n` in the body (default: ${DEFAULT-VALUE}).")
  int choices = 1;

  @Option(names = "--tool-calls", description = "The request asks for tools that the provider runs, a search.")
  boolean toolCalls;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    ObjectNode request = request();
    PrintWriter out = spec.commandLine().getOut();
    try (AdminOptions.Opened api = admin.open()) {
      request.put("apiKey", key.contains("/") ? key : api.namespace() + "/" + key);
      AdminClient client = api.client();
      out.println(admin.output == Output.json ? client.ask("/api/v1/dry-run", request).toPrettyString() : client.askText("/api/v1/dry-run", request).stripTrailing());
    }
    out.flush();
  }

  private ObjectNode request() {
    String[] parts = key.split("/", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw usage("--key: not an ApiKey: \"" + key + "\" (expected NAME or NAMESPACE/NAME, e.g. default/demo)");
    }
    if (key.startsWith("exq-")) {
      throw usage("--key takes the name of the ApiKey object, not the secret");
    }
    if (model.isEmpty() || model.length() > 256 || !model.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw usage("--model must have 1 to 256 visible ASCII characters");
    }
    if (task != null && !task.matches("[A-Za-z0-9._:-]{1,128}")) {
      throw usage("--task must have 1 to 128 of A-Z a-z 0-9 . _ : -");
    }
    if (endUser != null && (endUser.length() > 256 || endUser.chars().anyMatch(Character::isISOControl))) {
      throw usage("--end-user must have at most 256 printable characters");
    }
    between("--input-bytes", inputBytes, 0, MOST);
    between("--output-tokens", outputTokens, 1, MOST);
    between("--choices", choices, 1, 128);
    ObjectNode request = AdminClient.JSON.createObjectNode().put("apiKey", key).put("model", model);
    request.put("endpoint", endpoint.name()).put("task", task).put("endUser", endUser);
    routeClasses.stream().distinct().forEach(c -> request.withArray("/routeClasses").add(c.name()));
    return request.put("inputBytes", inputBytes).put("outputTokens", outputTokens).put("choices", choices).put("toolCalls", toolCalls);
  }

  private void between(String option, long value, long least, long most) {
    if (value < least || value > most) {
      throw usage(option + " must be a whole number from " + least + " to " + most + ", not " + value);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
