package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.Checkpoints;
import dev.exchequer.server.store.GroupCommitLane;
import dev.exchequer.server.store.SqliteHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** `checkpoint` and `verify --checkpoints` on a ledger in which nothing happened yet. */
class CheckpointCommandTest {
  private static final CommandSpec SPEC = new CommandLine(new ServiceCommand()).getCommandSpec();

  @TempDir Path folder = Path.of("");
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void aLedger() {
    SqliteHome.open(data(), bytes -> { throw new IllegalStateException("it has no policy"); }, Clock.systemUTC(), GroupCommitLane.Observer.NONE).close();
  }

  private Path data() {
    return folder.resolve("data");
  }

  private int run(Object command, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data", data().toString()));
    CommandLine line = new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler((exception, failed, parsed) -> {
      failed.getErr().println(exception.getMessage());
      return exception instanceof CommandFailed ? 1 : 99;
    });
    return line.execute(all.toArray(String[]::new));
  }

  private String pem(String name, String type, byte[] der) throws IOException {
    return Files.writeString(folder.resolve(name), "-----BEGIN " + type + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + type + "-----\n").toString();
  }

  private Path only() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("away"))) {
      return files.toList().getFirst();
    }
  }

  @Test
  void isWrittenSignedAndCompared() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    String away = folder.resolve("away").toString();
    assertThat(run(new CheckpointCommand(), "--to", away, "--key", pem("k", "PRIVATE KEY", pair.getPrivate().getEncoded()))).isZero();
    assertThat(out.toString()).contains(": 0 entries and receipts in 0 chains, 0 balances").doesNotContain("not signed");
    String publicKey = pem("p", "PUBLIC KEY", pair.getPublic().getEncoded());
    assertThat(run(new VerifyCommand(), "--checkpoints", away, "--public-key", publicKey)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("0 chains, 1 checkpoints, as of");
    assertThat(run(new VerifyCommand(), "--checkpoints", away, "--public-key", pem("o", "PUBLIC KEY", other.getPublic().getEncoded()))).isOne();
    assertThat(err.toString()).contains("its signature is not of this key, or it was changed");
    Files.writeString(only(), Files.readString(only()).replaceAll("\"ledger\":\"[0-9a-f]", "\"ledger\":\"x"));
    assertThat(run(new VerifyCommand(), "--checkpoints", away)).isOne();
    assertThat(err.toString()).contains("and no checkpoint is of it");
    Files.writeString(only(), Files.readString(only()).replaceAll(",\"signature.*", "}"));
    assertThat(run(new VerifyCommand(), "--checkpoints", away, "--public-key", publicKey)).isOne();
    assertThat(err.toString()).contains("it has no signature");
  }

  @Test
  void whatIsMissingIsSaid() throws Exception {
    Files.createDirectory(folder.resolve("empty"));
    assertThat(run(new VerifyCommand(), "--checkpoints", folder.resolve("empty").toString())).isOne();
    assertThat(err.toString()).contains("there is no checkpoint in");
    assertThat(run(new VerifyCommand(), "--checkpoints", folder.resolve("gone").toString())).isOne();
    assertThat(err.toString()).contains("there is no " + folder.resolve("gone"));
    assertThat(run(new CheckpointCommand(), "--to", folder.resolve("away").toString(), "--key", folder.resolve("gone.pem").toString())).isOne();
    assertThat(err.toString()).contains("there is no " + folder.resolve("gone.pem"));
    assertThat(run(new VerifyCommand(), "--public-key", "p")).isEqualTo(2);
    assertThat(run(new CheckpointCommand(), "--to", folder.resolve("away").toString(), "--key", Files.writeString(folder.resolve("k"), "no").toString())).isOne();
    assertThat(err.toString()).contains("is not a private key of Ed25519");
  }

  @Test
  void upTellsItsServiceByTheEnvironment() {
    CheckpointOption given = new CheckpointOption();
    assertThat(given.plan(SPEC, Map.of())).isNull();
    given.folder = folder;
    given.key = folder.resolve("k");
    Checkpoints.Plan plan = new Checkpoints.Plan(folder, folder.resolve("k"), Checkpoints.Plan.USUAL);
    assertThat(given.plan(SPEC, Map.of())).isEqualTo(plan);
    assertThat(new CheckpointOption().plan(SPEC, CheckpointOption.environment(plan))).isEqualTo(plan);
    for (Duration every : List.of(Duration.ofSeconds(1), Duration.ofDays(40), Duration.ofMillis(3_723_004))) {
      Checkpoints.Plan another = new Checkpoints.Plan(folder, null, every);
      assertThat(new CheckpointOption().plan(SPEC, CheckpointOption.environment(another))).isEqualTo(another);
    }
  }

  @Test
  void theIntervalIsSaid() {
    CheckpointOption given = new CheckpointOption();
    given.folder = folder;
    given.every = "1h30m";
    assertThat(given.plan(SPEC, Map.of("EXCHEQUER_CHECKPOINT_EVERY", "5m"))).isEqualTo(new Checkpoints.Plan(folder, null, Duration.ofMinutes(90)));
    for (String wrong : List.of("15", "0s", "999ms", "soon")) {
      given.every = wrong;
      assertThatThrownBy(() -> given.plan(SPEC, Map.of())).hasMessage("--checkpoint-every must be a duration of at least 1s, like 15m or 1h30m, not " + wrong);
    }
    given.folder = null;
    assertThatThrownBy(() -> given.plan(SPEC, Map.of())).hasMessage("--checkpoint-every needs --checkpoints");
    given.every = null;
    assertThatThrownBy(() -> given.plan(SPEC, Map.of("EXCHEQUER_CHECKPOINT_EVERY", "x"))).hasMessageStartingWith("EXCHEQUER_CHECKPOINT_EVERY must be");
  }
}
