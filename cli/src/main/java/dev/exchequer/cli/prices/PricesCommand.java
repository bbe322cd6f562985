package dev.exchequer.cli.prices;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "prices", description = "Makes price sheets.", subcommands = PricesImportCommand.class)
public final class PricesCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "prices: say what to do, e.g. `prices import --help`");
  }
}
