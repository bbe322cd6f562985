package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.server.ServiceSettings;
import dev.exchequer.server.link.OperatorLink;
import dev.exchequer.server.store.postgres.PostgresSettings;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a gateway's pod is started with. */
class GatewayCommandsTest {
  private static ServiceSettings service(String... arguments) {
    ServiceCommand command = new ServiceCommand();
    new CommandLine(command).parseArgs(arguments);
    return command.settings();
  }

  @Test
  void theServiceOfAPod() {
    ServiceSettings settings =
        service(
            "--data=/d", "--sockets=/s", "--node=gateway-0", "--operator=exchequer-operator.system.svc:18000", "--tls=/tls", "--operator-name=exchequer-operator",
            "--max-request-bytes=1048576");
    assertThat(settings.node()).isEqualTo("gateway-0");
    assertThat(settings.operator()).isEqualTo(new OperatorLink.Remote("exchequer-operator.system.svc", 18000, Path.of("/tls"), "exchequer-operator"));
    assertThat(settings.maxInboundBytes()).isEqualTo(2 << 20);
  }

  private static PostgresSettings store(String... arguments) {
    return Objects.requireNonNull(service(arguments).store());
  }

  @Test
  void theLedgerInADatabase(@TempDir Path data) {
    PostgresSettings pod = store("--data=" + data, "--sockets=/s", "--node=gateway-0", "--store=jdbc:postgresql://db.system.svc/ledger");
    assertThat(pod.replica()).isEqualTo("gateway-0");
    assertThat(pod.url()).isEqualTo("jdbc:postgresql://db.system.svc/ledger");
    String[] local = {"--data=" + data, "--sockets=/s", "--store=jdbc:postgresql://db/ledger"};
    assertThat(store(local).replica()).as("a name of its data folder").startsWith("local-").hasSizeGreaterThan(20).isEqualTo(store(local).replica());
    assertThat(service("--data=/d", "--sockets=/s").store()).as("a file, if nothing is said").isNull();
    assertThatThrownBy(() -> service("--data=/d", "--sockets=/s", "--store=jdbc:postgresql://me:hunter2@db/ledger"))
        .hasMessageContaining("--store: not a PostgreSQL URL: give jdbc:postgresql://HOST/DATABASE")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void theServiceOfOneMachine() {
    ServiceSettings settings = service("--data=/d", "--sockets=/s");
    assertThat(settings.operator()).isNull();
    assertThat(settings.maxInboundBytes()).isEqualTo(ServiceSettings.DEFAULT_MAX_INBOUND_BYTES);
  }

  @Test
  void whatDoesNotBelongTogether() {
    assertThatThrownBy(() -> service("--data=/d", "--sockets=/s", "--operator=a:1")).hasMessageContaining("--tls").hasMessageContaining("--operator-name");
    for (String address : new String[] {"host", "host:", ":1", "host:http", "host:70000"}) {
      assertThatThrownBy(() -> service("--data=/d", "--sockets=/s", "--operator=" + address, "--tls=/t", "--operator-name=o"))
          .isInstanceOf(CommandLine.ParameterException.class)
          .hasMessage("--operator must be HOST:PORT, not " + address);
    }
  }

  @Test
  void theBootstrapOfAPod(@TempDir Path folder) throws Exception {
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new BootstrapCommand());
    command.setOut(new PrintWriter(out));
    Path sockets = Files.createTempDirectory(Path.of("/tmp"), "exq");
    int code =
        command.execute("--data=" + folder, "--sockets=" + sockets, "--port=8443", "--node=gateway-0", "--concurrency=3", "--drain-seconds=40", "--max-request-bytes=2048");
    assertThat(code).isZero();
    assertThat(Files.readString(sockets.resolve("bootstrap.yaml"))).contains("node: {id: \"gateway-0\"", "port_value: 8443", "max_request_bytes: 2048");
    assertThat(folder.resolve("journal")).isDirectory();
    assertThat(out.toString()).contains("-c " + sockets.resolve("bootstrap.yaml"), "--concurrency 3", "--drain-time-s 40", "--file-flush-interval-msec 100");
    command.setErr(new PrintWriter(new StringWriter()));
    assertThat(command.execute("--data=" + folder, "--sockets=" + sockets, "--port=0")).isEqualTo(2);
  }
}
