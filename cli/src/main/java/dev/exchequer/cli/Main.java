package dev.exchequer.cli;

import dev.exchequer.cli.admin.AdjustCommand;
import dev.exchequer.cli.admin.AlertsCommand;
import dev.exchequer.cli.admin.BalancesCommand;
import dev.exchequer.cli.admin.CloseCommand;
import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.cli.admin.DryRunCommand;
import dev.exchequer.cli.admin.ExplainCommand;
import dev.exchequer.cli.admin.ExportCommand;
import dev.exchequer.cli.admin.GrantCommand;
import dev.exchequer.cli.admin.LotsCommand;
import dev.exchequer.cli.admin.PruneCommand;
import dev.exchequer.cli.admin.ReceiptsCommand;
import dev.exchequer.cli.admin.ReconcileCommand;
import dev.exchequer.cli.admin.RefundCommand;
import dev.exchequer.cli.admin.ResumeCommand;
import dev.exchequer.cli.admin.StatementCommand;
import dev.exchequer.cli.admin.SuspendCommand;
import dev.exchequer.cli.admin.TasksCommand;
import dev.exchequer.cli.admin.UsageCommand;
import dev.exchequer.cli.admin.VoidGrantCommand;
import dev.exchequer.cli.keys.KeysCommand;
import dev.exchequer.cli.mock.MockProviderCommand;
import dev.exchequer.cli.prices.PricesCommand;
import dev.exchequer.cli.up.BackupCommand;
import dev.exchequer.cli.up.BootstrapCommand;
import dev.exchequer.cli.up.CheckCommand;
import dev.exchequer.cli.up.CheckpointCommand;
import dev.exchequer.cli.up.OperatorCommand;
import dev.exchequer.cli.up.ServiceCommand;
import dev.exchequer.cli.up.UpCommand;
import dev.exchequer.cli.up.VerifyCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit codes: 0 done, 1 could not, 2 not understood. */
@Command(
    name = "exchequer",
    description = "An AI token gateway that knows who pays for every token.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    scope = CommandLine.ScopeType.INHERIT,
    subcommands = {
      UpCommand.class, ServiceCommand.class, OperatorCommand.class, BootstrapCommand.class, CheckCommand.class, MockProviderCommand.class,
        BalancesCommand.class, LotsCommand.class, ReceiptsCommand.class, ExplainCommand.class, DryRunCommand.class, GrantCommand.class, VoidGrantCommand.class, AdjustCommand.class,
        RefundCommand.class, SuspendCommand.class, ResumeCommand.class, CloseCommand.class, AlertsCommand.class, TasksCommand.class, UsageCommand.class, StatementCommand.class, ExportCommand.class, ReconcileCommand.class, PruneCommand.class, KeysCommand.class,
        PricesCommand.class, BackupCommand.class, VerifyCommand.class, CheckpointCommand.class, Version.VersionCommand.class
    },
    footer = {"", "Start with:  ./exchequer up", "Then:        ./exchequer explain last"})
public final class Main implements Runnable {
  private static final int HELP_WIDTH = 110;
  /** Set by the script kubectl-exchequer. */
  private static final String PLUGIN = "EXCHEQUER_KUBECTL_PLUGIN";

  @Spec CommandSpec spec = CommandSpec.create();

  public static void main(String[] args) {
    System.exit(commandLine(System.getenv().containsKey(PLUGIN)).execute(args));
  }

  static CommandLine commandLine() {
    return commandLine(false);
  }

  /** @param plugin whether a person typed `kubectl exchequer` */
  static CommandLine commandLine(boolean plugin) {
    CommandLine line = new CommandLine(new Main());
    if (plugin) {
      line.setCommandName("kubectl exchequer");
    }
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          if (!(exception instanceof CommandFailed)) {
            throw exception;
          }
          failed.getErr().println(failed.getCommandSpec().qualifiedName() + ": " + exception.getMessage());
          return 1;
        });
    line.setParameterExceptionHandler(Main::notUnderstood);
    line.setUsageHelpWidth(HELP_WIDTH);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    return line;
  }

  private static int notUnderstood(ParameterException exception, String[] args) {
    CommandLine failed = exception.getCommandLine();
    PrintWriter err = failed.getErr();
    err.println(failed.getCommandSpec().qualifiedName() + ": " + exception.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(exception, err);
    String name = failed.getCommandSpec().qualifiedName();
    err.println("See " + (name.startsWith("kubectl") ? "" : "./") + name + " --help");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: ./exchequer up starts a gateway");
  }
}
