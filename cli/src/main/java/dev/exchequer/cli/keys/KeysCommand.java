package dev.exchequer.cli.keys;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "keys", description = "Makes, rotates and revokes keys for applications.", subcommands = {KeysCreateCommand.class, KeysRotateCommand.class, KeysRevokeCommand.class})
public final class KeysCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "keys: say what to do, e.g. `keys create --help`");
  }
}
