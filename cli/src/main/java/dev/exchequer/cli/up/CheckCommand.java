package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.Output;
import dev.exchequer.operator.check.CheckReport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "check",
    description = "Reads a configuration folder as `up` would and tells what is wrong with it.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:no errors; there may be warnings", "1:errors", "2:the folder cannot be read"},
    footer = {"", "Examples:", "  ./exchequer check examples/quickstart", "  ./exchequer check my-gateway -o json"})
public final class CheckCommand implements Callable<Integer> {
  private static final int UNREADABLE = 2;

  @Parameters(paramLabel = "DIR", description = "Folder of YAML files.")
  Path config = Path.of("");

  @Option(names = {"-n", "--namespace"}, paramLabel = "NS", defaultValue = "default", description = "Namespace of the gateway, as of `up` (default: ${DEFAULT-VALUE}).")
  String namespace = "default";

  @Option(names = {"-o", "--output"}, paramLabel = "table|json", defaultValue = "table", description = "Lines for people or JSON (default: ${DEFAULT-VALUE}).")
  Output output = Output.table;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    int code = CheckReport.run(config, namespace, output == Output.json, new PrintStream(printed, true, StandardCharsets.UTF_8), System.getenv());
    String text = printed.toString(StandardCharsets.UTF_8);
    if (code == UNREADABLE && output != Output.json) {
      spec.commandLine().getErr().print("exchequer check: " + text);
      spec.commandLine().getErr().flush();
    } else {
      spec.commandLine().getOut().print(text);
      spec.commandLine().getOut().flush();
    }
    return code;
  }
}
