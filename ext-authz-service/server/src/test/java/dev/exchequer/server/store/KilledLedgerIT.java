package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.Result;
import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 in the middle of commits: everything that was acknowledged is there, and every attempt has one outcome. */
class KilledLedgerIT {
  @TempDir Path data;

  /** The process that is killed: prints a line only after the answer. */
  static final class Victim {
    private Victim() {}

    public static void main(String[] args) throws InterruptedException {
      Thread.ofPlatform().daemon().start(Victim::endWithParent);
      World world = new World();
      world.credit = "1000000";
      try (OpenLedger ledger = new OpenLedger(Path.of(args[0]), world)) {
        for (int i = 0; ; i++) {
          String id = "r" + i;
          ledger
              .admit(id)
              .thenAccept(held -> System.out.println("held " + id))
              .thenCompose(held -> ledger.settle(id))
              .thenAccept(settled -> System.out.println("settled " + id));
          if (i % 50 == 0) {
            ledger.settle(id).join();
          }
        }
      }
    }

    /** What is read ends when the process at its other end does. */
    private static void endWithParent() {
      try {
        System.in.transferTo(OutputStream.nullOutputStream());
      } catch (IOException e) {
        System.err.println("the process that started this one is not heard: " + e.getMessage());
      }
      Runtime.getRuntime().halt(1);
    }
  }

  @Test
  void killed() throws Exception {
    for (int round = 0; round < 3; round++) {
      check(data.resolve("round" + round), 500 + round * 700);
    }
  }

  private static void check(Path folder, int killAfter) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(), "-XX:TieredStopAtLevel=1", "--enable-native-access=ALL-UNNAMED", "-cp",
                System.getProperty("java.class.path"), Victim.class.getName(), folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> held = new ArrayList<>();
    List<String> settled = new ArrayList<>();
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
        int space = line.indexOf(' ');
        if (space == 4) {
          held.add(line.substring(5));
        } else if (space == 7) {
          settled.add(line.substring(8));
        }
        if (held.size() + settled.size() == killAfter) {
          // by its handle: Process.destroyForcibly would also close the stream that is read here
          process.toHandle().destroyForcibly();
        }
      }
    }
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(settled).hasSizeGreaterThan(killAfter / 4);

    World world = new World();
    world.credit = "1000000";
    try (OpenLedger ledger = new OpenLedger(folder, world)) {
      for (String id : settled) {
        assertThat(ledger.reads.receipt(id)).as("the receipt of acknowledged " + id).isPresent();
      }
      for (String id : held) {
        assertThat(((Result.Settled) ledger.settle(id).join()).known()).as("the hold of acknowledged " + id).isTrue();
      }
      LedgerReads.BalanceRow row = ledger.reads.balance(World.CREDIT).orElseThrow();
      long charges = row.sequence() - 1;
      assertThat(row.posted()).isEqualTo(Money.parse("1000000") - charges * Money.parse("0.10003"));
      assertThat(row.held()).isEqualTo(ledger.loaded().activeHolds().size() == 0 ? 0 : row.held());
    }
  }
}
