package dev.exchequer.cli.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.cli.admin.Output;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  private final OperatorRuntime operators;

  @Parameters(paramLabel = "DIR", description = "Folder of YAML files.")
  Path config = Path.of("");

  @Option(names = {"-o", "--output"}, paramLabel = "table|json", defaultValue = "table", description = "Lines for people or JSON (default: ${DEFAULT-VALUE}).")
  Output output = Output.table;

  @Spec CommandSpec spec = CommandSpec.create();

  public CheckCommand() {
    this(new OperatorAdapter());
  }

  CheckCommand(OperatorRuntime operators) {
    this.operators = operators;
  }

  @Override
  public Integer call() {
    if (!Files.isDirectory(config)) {
      return unreadable("no such folder: " + config);
    }
    List<Finding> findings;
    try {
      findings = operators.check(config);
    } catch (IOException e) {
      return unreadable("cannot read " + config + ": " + e.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(output == Output.json ? json(findings) : lines(findings));
    out.flush();
    return errors(findings) > 0 ? 1 : 0;
  }

  private int unreadable(String message) {
    spec.commandLine().getErr().println("exchequer check: " + message);
    return UNREADABLE;
  }

  private static long errors(List<Finding> findings) {
    return findings.stream().filter(f -> f.severity() == Finding.Severity.error).count();
  }

  static String lines(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    findings.forEach(finding -> text.append(finding.text()).append('\n'));
    return text.append("%d errors, %d warnings%n".formatted(errors(findings), findings.size() - errors(findings))).toString();
  }

  static String json(List<Finding> findings) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    ArrayNode items = root.putArray("items");
    for (Finding f : findings) {
      items.addObject()
          .put("severity", f.severity().name()).put("code", f.code()).put("object", f.object()).put("file", f.file()).put("line", f.line())
          .put("field", f.field()).put("message", f.message());
    }
    return root.toPrettyString() + "\n";
  }
}
