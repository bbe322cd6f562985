package dev.exchequer.cli.keys;

import java.io.PrintWriter;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "create",
    description = {
      "Makes a random key. The secret is shown once, on standard error; standard output gets the ApiKey object, which holds its SHA-256 only.",
      "Put the object into the configuration folder (or kubectl apply it): from then on the key is good."
    },
    footer = {"", "Examples:", "  ./exchequer keys create --project acme --label \"build bot\" > config/build-bot.yaml"})
final class KeysCreateCommand implements Runnable {
  @Option(names = "--project", required = true, paramLabel = "NAME", description = "The project that pays.")
  String project = "";

  @Option(names = "--label", required = true, paramLabel = "TEXT", description = "Who or what uses the key; shown on receipts, at most 64 characters.")
  String label = "";

  @Option(names = "--name", paramLabel = "NAME", description = "Name of the ApiKey object (default: made from the label).")
  @Nullable String name;

  @Option(names = {"-n", "--namespace"}, paramLabel = "NS", defaultValue = "default", description = "Namespace of project and key (default: ${DEFAULT-VALUE}).")
  String namespace = "default";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    NewKey key;
    try {
      key = new NewKey(namespace, name != null ? name : NewKey.nameFrom(label), project, label, NewKey.secret(new SecureRandom()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    PrintWriter err = spec.commandLine().getErr();
    err.println("The key, shown once: " + key.secret());
    err.flush();
    spec.commandLine().getOut().print(key.yaml());
    spec.commandLine().getOut().flush();
  }
}
