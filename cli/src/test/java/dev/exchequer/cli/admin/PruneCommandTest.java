package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PruneCommandTest extends AskedAdmin {
  private static String pruning(String state, int receipts) {
    return "{\"id\":3,\"by\":\"admin\",\"begun\":\"2026-11-26T21:00:00.000Z\",\"before\":\"2026-08-01T00:00:00.000Z\",\"state\":\"" + state + "\",\"receipts\":" + receipts + "}";
  }

  @Test
  void aDryRunAsksOnly() {
    pruningPreview = "{\"before\":\"2026-08-01T00:00:00.000Z\",\"receipts\":1234,\"oldest\":\"2026-05-01T00:00:00.000Z\",\"newest\":\"2026-07-31T23:59:59.000Z\"}";
    assertThat(run(new PruneCommand(), "--before", "2026-08-01", "--dry-run")).as(err.toString()).isZero();
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst()).startsWith("GET /api/v1/prunings/preview?before=2026-08-01T00%3A00%3A00Z ");
    assertThat(out.toString()).startsWith("1,234 receipts of requests from ").contains("would lose their details. Nothing was changed.");
  }

  @Test
  void itIsOrderedAndAwaited() {
    pruningBegun = "{\"pruning\":" + pruning("Running", 0) + "}";
    prunings = "{\"items\":[" + pruning("Done", 1234) + "],\"nextCursor\":null}";
    assertThat(run(new PruneCommand(), "--before", "2026-08-01T02:00:00+02:00")).as(err.toString()).isZero();
    assertThat(asked.getFirst()).startsWith("POST /api/v1/prunings ").endsWith("{\"before\":\"2026-08-01T00:00:00Z\"}");
    assertThat(out.toString()).startsWith("pruning 3: 1,234 receipts lost their details");
    prunings = "{\"items\":[" + pruning("BrokenOff", 100) + "],\"nextCursor\":null}";
    assertThat(run(new PruneCommand(), "--before", "2026-08-01")).isOne();
    assertThat(err.toString()).contains("100 receipts").contains("broken off: give the command again");
  }

  @Test
  void nothingThatOld() {
    assertThat(run(new PruneCommand(), "--keep", "90d")).as(err.toString()).isZero();
    assertThat(out.toString()).startsWith("No receipt from before ");
    String limit = asked.getFirst().replaceAll(".*\"before\":\"([^\"]*)\".*", "$1");
    assertThat(Instant.parse(limit)).isBetween(Instant.now().minus(Duration.ofDays(91)), Instant.now().minus(Duration.ofDays(89)));
  }

  @Test
  void theListOfThem() {
    prunings = "{\"items\":[" + pruning("BrokenOff", 100) + "],\"nextCursor\":null}";
    assertThat(run(new PruneCommand(), "--list")).as(err.toString()).isZero();
    assertThat(out.toString()).contains("PRUNING", "broken off", "admin");
  }

  @Test
  void whatIsNotUnderstoodIsNotAsked() {
    assertThat(run(new PruneCommand(), "--before", "yesterday")).isEqualTo(2);
    assertThat(run(new PruneCommand(), "--keep", "23h")).isEqualTo(2);
    assertThat(run(new PruneCommand(), "--keep", "90d", "--before", "2026-08-01")).isEqualTo(2);
    assertThat(run(new PruneCommand())).isEqualTo(2);
    assertThat(err.toString()).contains("--before must be a day like", "--keep must be days or hours like 90d or 36h, a day at least, not \"23h\"");
    assertThat(asked).isEmpty();
    assertThat(Keep.parse("36h")).isEqualTo(Duration.ofHours(36));
    assertThatThrownBy(() -> Keep.parse("0d")).isInstanceOf(IllegalArgumentException.class);
  }
}
