package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OperatorCommandTest {
  private static Map<String, String> environment(Map<String, String> given, String... arguments) {
    OperatorCommand command = new OperatorCommand();
    new CommandLine(command).parseArgs(arguments);
    return command.environment(given);
  }

  @Test
  void theChartsOptions() {
    Map<String, String> environment =
        environment(
            Map.of("POD_NAME", "exchequer-0", "POD_NAMESPACE", "ai", "OTHER", "x"),
            "--data=/var/lib/exchequer", "--sockets=/run/exchequer", "--listen=0.0.0.0", "--port=8000", "--health-port=8082", "--lease=exchequer");
    assertThat(environment)
        .containsEntry("EXCHEQUER_JOURNAL", "/var/lib/exchequer/journal")
        .containsEntry("EXCHEQUER_SOCKETS", "/run/exchequer")
        .containsEntry("EXCHEQUER_PORT", "8000")
        .containsEntry("EXCHEQUER_HEALTH_PORT", "8082")
        .containsEntry("EXCHEQUER_LEADER_ELECTION", "true")
        .containsEntry("EXCHEQUER_LEASE", "exchequer")
        .containsEntry("EXCHEQUER_LEASE_NAMESPACE", "ai")
        .containsEntry("EXCHEQUER_NODE", "exchequer-0")
        .containsEntry("EXCHEQUER_NAMESPACES", "")
        .containsEntry("OTHER", "x");
  }

  @Test
  void withoutALeaseNobodyElects() {
    assertThat(environment(Map.of(), "--data=d", "--sockets=s", "--namespaces=a,b"))
        .containsEntry("EXCHEQUER_LEADER_ELECTION", "false")
        .containsEntry("EXCHEQUER_NAMESPACES", "a,b")
        .containsEntry("EXCHEQUER_NODE", "exchequer")
        .doesNotContainKey("EXCHEQUER_LEASE_NAMESPACE");
  }

  @Test
  void gatewaysElsewhere() {
    assertThat(environment(Map.of(), "--grpc-port=18000", "--tls=/tls", "--lease=exchequer"))
        .containsEntry("EXCHEQUER_GRPC_PORT", "18000")
        .containsEntry("EXCHEQUER_GRPC_LISTEN", "0.0.0.0")
        .containsEntry("EXCHEQUER_TLS", "/tls")
        .containsEntry("EXCHEQUER_GATEWAY_NAME", "exchequer-gateway")
        .doesNotContainKeys("EXCHEQUER_SOCKETS", "EXCHEQUER_JOURNAL", "EXCHEQUER_TOKEN_GATEWAY", "EXCHEQUER_TOKEN_GATEWAY_SPEC");
    assertThat(environment(Map.of(), "--grpc-port=18000", "--tls=/tls", "--gateway=ours", "--gateway-spec={}"))
        .containsEntry("EXCHEQUER_TOKEN_GATEWAY", "ours")
        .containsEntry("EXCHEQUER_TOKEN_GATEWAY_SPEC", "{}");
  }

  @Test
  void somebodyMustReachIt() {
    assertThatThrownBy(() -> environment(Map.of())).isInstanceOf(CommandLine.ParameterException.class).hasMessageContaining("--grpc-port and --tls");
    assertThatThrownBy(() -> environment(Map.of(), "--grpc-port=1")).hasMessage("--grpc-port needs --tls");
    assertThatThrownBy(() -> environment(Map.of(), "--sockets=s")).hasMessage("--sockets needs --data");
    assertThatThrownBy(() -> environment(Map.of(), "--grpc-port=1", "--tls=/tls", "--gateway-spec={}")).hasMessage("--gateway-spec needs --gateway");
  }
}
