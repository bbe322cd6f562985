package dev.exchequer.cli.keys;

import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "revoke",
    description = {
      "Takes one secret of a key away: requests with it are refused as soon as the gateway has read the file. The key's other credentials stay good.",
      "The file is edited in place, everything else in it stays as it is. The last credential is not taken; a key is shut off with suspend: true."
    },
    footer = {"", "Examples:", "  ./exchequer keys revoke build-bot --credential first --file config/build-bot.yaml"})
final class KeysRevokeCommand implements Runnable {
  @Parameters(paramLabel = "[NS/]NAME", description = "The ApiKey; without a namespace the one in `default`.")
  String name = "";

  @Option(names = "--credential", required = true, paramLabel = "NAME", description = "Name of the credential within the key.")
  String credential = "";

  @Option(names = "--file", required = true, paramLabel = "FILE", description = "The YAML file that holds the ApiKey.")
  Path file = Path.of("");

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    KeyFile target = new KeyFile(file);
    KeyDocument after;
    try {
      KeyName key = KeyName.of(name);
      after = KeyDocument.find(target.read(), key.namespace(), key.name()).without(credential);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    target.replace(after.text());
    PrintWriter out = spec.commandLine().getOut();
    out.println("Revoked " + credential + " of " + name + "; still good: " + String.join(", ", after.credentials()) + ".");
    out.flush();
  }
}
