package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How long receipts are kept whole reaches the service, by its command line or by what started it. */
class KeepOptionTest {
  private static ServiceCommand service(String... more) {
    ServiceCommand command = new ServiceCommand();
    String[] args = new String[4 + more.length];
    System.arraycopy(new String[] {"--data", "d", "--sockets", "/tmp/s"}, 0, args, 0, 4);
    System.arraycopy(more, 0, args, 4, more.length);
    new CommandLine(command).parseArgs(args);
    return command;
  }

  @Test
  void theServiceKeepsThemForEverUnlessToldOtherwise() {
    assertThat(service().settings().keepReceipts()).isNull();
    assertThat(service("--keep-receipts", "90d").settings().keepReceipts()).isEqualTo(Duration.ofDays(90));
    assertThatThrownBy(() -> service("--keep-receipts", "1h").settings()).isInstanceOf(ParameterException.class).hasMessageContaining("--keep-receipts must be days or hours");
  }

  @Test
  void upTellsItsService() {
    KeepOption option = new KeepOption();
    CommandSpec spec = CommandSpec.forAnnotatedObject(new ServiceCommand());
    assertThat(option.receipts(spec, Map.of())).isNull();
    assertThat(option.receipts(spec, KeepOption.environment(Duration.ofHours(36)))).isEqualTo(Duration.ofHours(36));
  }
}
