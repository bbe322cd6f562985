package dev.exchequer.cli.keys;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "rotate",
    description = {
      "Adds a second secret to a key: both are good until the old one is revoked, so that no request fails while applications change over.",
      "The file is edited in place, everything else in it stays as it is. The secret is shown once, on standard error; standard output gets the ApiKey with both credentials."
    },
    footer = {
      "", "Examples:", "  ./exchequer keys rotate build-bot --file config/build-bot.yaml", "  ./exchequer keys rotate team-a/ci --credential autumn --file config/keys.yaml",
      "", "Then give the new secret to the application, and:  ./exchequer keys revoke build-bot --credential first --file config/build-bot.yaml"
    })
final class KeysRotateCommand implements Runnable {
  @Parameters(paramLabel = "[NS/]NAME", description = "The ApiKey; without a namespace the one in `default`.")
  String name = "";

  @Option(names = "--file", required = true, paramLabel = "FILE", description = "The YAML file that holds it.")
  Path file = Path.of("");

  @Option(names = "--credential", paramLabel = "NAME", description = "Name of the new credential within the key (default: key-2, key-3, ...).")
  @Nullable String credential;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    KeyFile target = new KeyFile(file);
    String secret = NewKey.secret(new SecureRandom());
    KeyDocument before;
    KeyDocument after;
    try {
      KeyName key = KeyName.of(name);
      before = KeyDocument.find(target.read(), key.namespace(), key.name());
      after = before.with(credential == null ? before.freeName() : KeyName.credential(credential), NewKey.sha256(secret));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    target.replace(after.text());
    PrintWriter err = spec.commandLine().getErr();
    err.println("The new secret of " + name + ", shown once: " + secret);
    List<String> old = before.credentials();
    if (!old.isEmpty()) {
      err.println("Once nothing uses the old one any more:  ./exchequer keys revoke " + name + " --credential " + old.get(0) + " --file " + file);
    }
    err.flush();
    spec.commandLine().getOut().print(after.alone());
    spec.commandLine().getOut().flush();
  }
}
