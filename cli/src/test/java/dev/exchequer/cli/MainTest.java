package dev.exchequer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    return Main.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err)).execute(line.isEmpty() ? new String[0] : line.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nothing-of-the-kind", "up --surprise", "up --port many", "keys", "keys steal", "explain", "grant wallet", "service", "balances -o xml", "check"})
  void whatIsNotUnderstoodExitsWith2AndSaysSo(String line) {
    assertThat(run(line)).isEqualTo(2);
    assertThat(err.toString()).startsWith("exchequer").contains("--help");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void everyCommandHasHelpWithAnExample() {
    for (CommandLine command : Main.commandLine().getSubcommands().values()) {
      if (!command.getSubcommands().isEmpty() || command.getCommandName().equals("version")) {
        continue;
      }
      assertThat(command.getUsageMessage()).as(command.getCommandName()).contains("Usage: exchequer " + command.getCommandName(), "Examples:");
      assertThat(command.getCommandSpec().usageMessage().description()).isNotEmpty();
    }
  }

  @Test
  void whatCannotBeDoneExitsWith1() {
    assertThat(run("balances --data /nowhere")).isEqualTo(1);
    assertThat(err.toString()).startsWith("exchequer balances: ").contains("./exchequer up");
    assertThat(run("up --config /nowhere")).isEqualTo(1);
    err.getBuffer().setLength(0);
    assertThat(run("tasks close agents nightly --reason done --data /nowhere")).isEqualTo(1);
    assertThat(err.toString()).startsWith("exchequer tasks close: ");
  }

  @Test
  void aFolderThatCannotBeReadExitsWith2() {
    assertThat(run("check /nowhere")).isEqualTo(2);
    assertThat(err.toString()).startsWith("exchequer check: ").contains("is not a folder");
  }

  @Test
  void versionAndHelp() {
    assertThat(run("version")).isZero();
    assertThat(out.toString()).startsWith("exchequer ");
    assertThat(run("--help")).isZero();
    assertThat(run("grant --help")).isZero();
    assertThat(out.toString()).contains("--idempotency-key", "ticket-812");
  }
}
