package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.cli.kube.PlayedCluster;
import dev.exchequer.cli.kube.ServiceProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands through a real API server to a real accounting service: which gateway, with whose rights, by which token, and what is told where it fails. */
final class KubeIT {
  private static final String MONEY = "plugin-money";
  private static final String RELEASE = "tokens";
  private static final String VIEWER = "viewer-token-0123456789abcdef0123456789abcdef";
  private static final String TREASURER = "treasurer-token-0123456789abcdef0123456789ab";
  private static final List<String> MAY_REACH = List.of("list pods", "get pods", "create pods/portforward", "get pods/portforward");

  private static final PlayedCluster CLUSTER = PlayedCluster.get();

  @TempDir static Path home = Path.of("");
  private static ServiceProcess service = ServiceProcess.NONE;
  private static Path admin = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void start() throws IOException {
    service = ServiceProcess.start(home);
    service.token("viewer", "viewer", VIEWER);
    service.token("treasurer", "treasurer", TREASURER);
    admin = CLUSTER.kubeconfig(home);
    CLUSTER.namespace(MONEY);
    CLUSTER.gatewayPod(MONEY, RELEASE, service.adminPort());
    CLUSTER.secret(MONEY, RELEASE + "-admin-viewer", "token", VIEWER);
    CLUSTER.secret(MONEY, RELEASE + "-admin-treasurer", "token", TREASURER);
    plugin();
  }

  /** Named as kubectl looks for it, and what the script kubectl-exchequer of the repository comes to. */
  private static void plugin() throws IOException {
    Path script = Files.createDirectories(home.resolve("bin")).resolve("kubectl-exchequer");
    Files.writeString(
        script,
        "#!/usr/bin/env bash\nexport EXCHEQUER_KUBECTL_PLUGIN=true\nexec '" + Path.of(System.getProperty("java.home"), "bin/java") + "' -XX:TieredStopAtLevel=1 -cp '"
            + System.getProperty("java.class.path") + "' dev.exchequer.cli.Main \"$@\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @AfterAll
  static void stop() throws InterruptedException {
    service.stop();
    CLUSTER.noPod(MONEY, RELEASE);
  }

  private int run(Object command, Path kubeconfig, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--kubeconfig", kubeconfig.toString()));
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (exception, failed, parsed) -> {
          failed.getErr().println(exception.getMessage());
          return exception instanceof CommandFailed ? 1 : 99;
        });
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void theNamespacesGatewayAnswersWithTheTokenOfItsSecret() {
    assertThat(run(new BalancesCommand(), admin, "-n", MONEY)).as(err::toString).isZero();
    assertThat(out.toString()).isEqualTo("No balances in this namespace.\n");
    assertThat(run(new ReceiptsCommand(), admin, "-n", MONEY)).as(err::toString).isZero();
    assertThat(out.toString()).endsWith("No receipts.\n");
    assertThat(run(new ExplainCommand(), admin, "-n", MONEY, "last")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no receipt yet");
  }

  @Test
  void itIsFoundFromAnotherNamespaceAndByName() {
    assertThat(run(new BalancesCommand(), admin, "-n", "team-of-somebody")).as(err::toString).isZero();
    assertThat(run(new BalancesCommand(), admin, "--gateway", RELEASE)).as(err::toString).isZero();
    assertThat(run(new BalancesCommand(), admin, "--gateway", MONEY + "/" + RELEASE)).as(err::toString).isZero();
    assertThat(run(new BalancesCommand(), admin, "--gateway", MONEY + "/other")).isEqualTo(1);
    assertThat(err.toString()).contains("no gateway other in namespace " + MONEY, "app.kubernetes.io/component=gateway", "is it installed?");
    assertThat(run(new BalancesCommand(), admin, "--gateway", "a/b/c")).isEqualTo(1);
    assertThat(err.toString()).contains("expected NAME or NAMESPACE/NAME");
  }

  @Test
  void severalAreNamed() {
    CLUSTER.namespace("plugin-second");
    CLUSTER.gatewayPod("plugin-second", "second", 1);
    try {
      assertThat(run(new BalancesCommand(), admin, "-n", "team-of-somebody")).isEqualTo(1);
      assertThat(err.toString()).contains("several gateways, choose one with --gateway: " + MONEY + "/" + RELEASE + ", plugin-second/second");
    } finally {
      CLUSTER.noPod("plugin-second", "second");
    }
  }

  @Test
  void aPodThatIsNotReadySaysWhy() {
    CLUSTER.ready(MONEY, RELEASE, false);
    try {
      assertThat(run(new BalancesCommand(), admin, "-n", MONEY)).isEqualTo(1);
      assertThat(err.toString()).contains(MONEY + "/" + RELEASE + "-0 is not ready: containers with unready status: [envoy]", "kubectl describe pod -n " + MONEY);
    } finally {
      CLUSTER.ready(MONEY, RELEASE, true);
    }
  }

  @Test
  void whoMayReadASecretHasItsRole() throws IOException, InterruptedException {
    List<String> viewer = new ArrayList<>(MAY_REACH);
    viewer.add("get secrets " + RELEASE + "-admin-viewer");
    Path jane = CLUSTER.kubeconfig(home, MONEY, "jane", viewer);
    assertThat(run(new BalancesCommand(), jane)).as(err::toString).isZero();
    assertThat(run(new GrantCommand(), jane, "wallet", "1", "--reason", "x")).isEqualTo(1);
    assertThat(err.toString()).contains("you may not get the secret " + RELEASE + "-admin-treasurer in namespace " + MONEY, "--token-file", "EXCHEQUER_TOKEN");

    List<String> treasurer = new ArrayList<>(MAY_REACH);
    treasurer.add("get secrets " + RELEASE + "-admin-treasurer");
    Path joe = CLUSTER.kubeconfig(home, MONEY, "joe", treasurer);
    assertThat(run(new BalancesCommand(), joe)).as("a treasurer may look, too").isZero();
    assertThat(run(new GrantCommand(), joe, "wallet", "1", "--reason", "x")).isEqualTo(1);
    assertThat(err.toString()).as("the service knows no such balance, and no other door stopped it").contains("the admin API answered 404");
  }

  @Test
  void aTokenOfOnesOwnNeedsNoSecret() throws IOException, InterruptedException {
    Path ann = CLUSTER.kubeconfig(home, MONEY, "ann", MAY_REACH);
    assertThat(run(new BalancesCommand(), ann)).isEqualTo(1);
    assertThat(err.toString()).contains("no admin token: you may not get the secret " + RELEASE + "-admin-viewer or " + RELEASE + "-admin-treasurer");
    assertThat(run(new BalancesCommand(), ann, "--token", VIEWER)).as(err::toString).isZero();
    assertThat(run(new BalancesCommand(), ann, "--token-file", Files.writeString(home.resolve("ann.token"), VIEWER + "\n").toString())).isZero();
    assertThat(run(new BalancesCommand(), ann, "--token", "wrong")).isEqualTo(1);
    assertThat(err.toString()).contains("the admin API answered 401");
  }

  @Test
  void theRightThatIsMissingIsNamed() throws IOException, InterruptedException {
    Path nobody = CLUSTER.kubeconfig(home, MONEY, "nobody", List.of("get nodes"));
    assertThat(run(new BalancesCommand(), nobody)).isEqualTo(1);
    assertThat(err.toString()).contains("you may not list pods in namespace " + MONEY);

    Path lister = CLUSTER.kubeconfig(home, MONEY, "lister", List.of("list pods", "get pods"));
    assertThat(run(new BalancesCommand(), lister, "--token", VIEWER)).isEqualTo(1);
    assertThat(err.toString()).contains("the right to create pods/portforward");
    assertThat(run(new BalancesCommand(), lister, "--token", VIEWER, "--gateway", "elsewhere")).isEqualTo(1);
    assertThat(err.toString()).contains("you may not list pods in all namespaces: say where it is with --gateway NAMESPACE/NAME");
  }

  @Test
  void noClusterIsSaid() throws IOException {
    assertThat(run(new BalancesCommand(), home.resolve("nowhere"))).isEqualTo(1);
    assertThat(err.toString()).contains("no cluster: cannot read " + home.resolve("nowhere"));
    assertThat(run(new BalancesCommand(), admin, "--context", "other")).isEqualTo(1);
    assertThat(err.toString()).contains("the kubeconfig has no context other; it has: ");
    Path dead = Files.writeString(home.resolve("dead"), CLUSTER.api().kubeconfig().replaceAll("https://127\\.0\\.0\\.1:\\d+|https://localhost:\\d+", "https://127.0.0.1:1"));
    assertThat(run(new BalancesCommand(), dead)).isEqualTo(1);
    assertThat(err.toString()).contains("no cluster: the API server does not answer");
  }

  @Test
  void aServiceThatIsGoneIsToldFromARightThatIsMissing() throws IOException, InterruptedException {
    CLUSTER.namespace("plugin-gone");
    CLUSTER.gatewayPod("plugin-gone", "gone", 1);
    try {
      assertThat(run(new BalancesCommand(), admin, "--gateway", "plugin-gone/gone", "--token", VIEWER)).isEqualTo(1);
      assertThat(err.toString()).contains("the port-forward to plugin-gone/gone-0 port 1 broke off", "kubectl logs -n plugin-gone gone-0");
      assertThat(kubectl("exchequer", "balances", "--gateway", "plugin-gone/gone", "--token", VIEWER).lines()).as("nothing but the message").hasSize(1);
    } finally {
      CLUSTER.noPod("plugin-gone", "gone");
    }
  }

  @Test
  void asAPluginOfTheRealKubectl() throws IOException, InterruptedException {
    assertThat(kubectl("exchequer", "balances", "-n", MONEY)).isEqualTo("No balances in this namespace.\n");
    assertThat(kubectl("exchequer", "steal")).contains("kubectl exchequer: ", "See kubectl exchequer --help");
  }

  private static String kubectl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(CLUSTER.api().kubectl().toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PATH", home.resolve("bin") + ":" + System.getenv("PATH"));
    builder.environment().put("KUBECONFIG", admin.toString());
    builder.environment().put("HOME", home.toString());
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return printed;
  }

  /** The same way by kubectl itself, so that what is proven is not a friendship of our own two programs. */
  @Test
  void kubectlForwardsTheSamePort() throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            CLUSTER.api().kubectl().toString(), "--kubeconfig=" + admin, "port-forward", "-n", MONEY, "pod/" + RELEASE + "-0", ":" + service.adminPort(), "--address", "127.0.0.1");
    builder.environment().put("HOME", home.toString());
    Process process = builder.redirectErrorStream(true).start();
    try {
      String line = String.valueOf(process.inputReader().readLine());
      Matcher port = Pattern.compile("Forwarding from 127\\.0\\.0\\.1:(\\d+)").matcher(line);
      assertThat(port.find()).as(line).isTrue();
      HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.group(1) + "/healthz")).build();
      try (HttpClient http = HttpClient.newHttpClient()) {
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      }
    } finally {
      process.destroy();
      process.waitFor();
    }
  }
}
