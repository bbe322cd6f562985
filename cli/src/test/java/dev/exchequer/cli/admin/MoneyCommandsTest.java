package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands that change something, or ask what would become of it. */
class MoneyCommandsTest extends AskedAdmin {
  @Test
  void grant() {
    assertThat(run(new GrantCommand(), "wallet", "7", "--reason", "transfer", "--idempotency-key", "k1")).isZero();
    assertThat(asked.get(0)).isEqualTo("POST /api/v1/namespaces/default/balances/wallet/grants Bearer secret k1 {\"amount\":\"7\",\"reason\":\"transfer\"}");
    assertThat(out.toString()).isEqualToNormalizingNewlines("Granted 7 to default/wallet 50 -> 57 CNY (entry 9).\n");
  }

  @Test
  void aGrantWithTerms() {
    assertThat(run(new GrantCommand(), "wallet", "7", "--promotional", "--priority", "5", "--expires-at", "2027-01-01T00:00:00Z", "--reason", "gift", "--idempotency-key", "k1")).isZero();
    assertThat(asked.get(0)).endsWith("{\"amount\":\"7\",\"category\":\"Promotional\",\"priority\":5,\"expiresAt\":\"2027-01-01T00:00:00Z\",\"reason\":\"gift\"}");
  }

  @Test
  void whatChangesMoney() {
    assertThat(run(new AdjustCommand(), "wallet", "-3.5", "--reason", "twice", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(0)).isEqualTo("POST /api/v1/namespaces/default/balances/wallet/adjustments Bearer secret k {\"amount\":\"-3.5\",\"reason\":\"twice\"}");
    assertThat(run(new RefundCommand(), "r1", "0.5", "--attempt", "2", "--reason", "bad", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(1)).isEqualTo("POST /api/v1/receipts/r1/refunds Bearer secret k {\"attempt\":2,\"amount\":\"0.5\",\"reason\":\"bad\"}");
    assertThat(run(new VoidGrantCommand(), "team/wallet", "admin/k1", "--reason", "twice", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(2)).isEqualTo("POST /api/v1/namespaces/team/balances/wallet/grants/void Bearer secret k {\"grant\":\"admin/k1\",\"reason\":\"twice\"}");
    for (MoneyCommand command : List.of(new SuspendCommand(), new ResumeCommand(), new CloseCommand())) {
      assertThat(run(command, "wallet", "--reason", "audit")).isZero();
    }
    assertThat(asked.subList(3, 6)).extracting(line -> line.replaceAll(".*/wallet/(\\S+) .*", "$1")).containsExactly("suspend", "resume", "close");
    assertThat(out.toString()).contains("Adjusted default/wallet 50 -> 57 CNY (entry 9).").contains("Voided admin/k1: ").contains("is closed.");
  }

  @Test
  void alerts() {
    assertThat(run(new AlertsCommand(), "--limit", "7")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/alerts?limit=7 ");
    assertThat(out.toString())
        .containsPattern("balance default/wallet +below 50 +49.9981 +CNY +delivered +1 +-")
        .containsPattern("budget default/tasks for nightly +80% of 5 +4.12 +CNY +given up +170 +the receiver answered 500");
  }

  @Test
  void tasks() {
    assertThat(run(new TasksCommand(), "open", "agents", "nightly", "--limit", "CNY=2.5", "--ttl", "24h", "--reason", "4711", "--idempotency-key", "k")).isZero();
    assertThat(asked.get(0)).startsWith("POST /api/v1/budgets/default/agents/tasks Bearer secret k ").contains("\"limits\":{\"CNY\":\"2.5\"}", "\"ttl\":\"24h\"", "\"task\":\"nightly\"", "\"reason\":\"4711\"");
    assertThat(run(new TasksCommand(), "extend", "team-a/agents", "nightly", "--ttl", "1h", "--reason", "more")).isZero();
    assertThat(asked.get(1)).startsWith("POST /api/v1/budgets/team-a/agents/tasks/nightly/extend ");
    assertThat(run(new TasksCommand(), "close", "agents", "nightly", "--reason", "done")).isZero();
    assertThat(asked.get(2)).startsWith("POST /api/v1/budgets/default/agents/tasks/nightly/close ");
    assertThat(run(new TasksCommand(), "extend", "agents", "nightly", "--reason", "nothing")).isEqualTo(2);
    assertThat(run(new TasksCommand(), "close", "agents", "a b", "--reason", "x")).isEqualTo(2);
    assertThat(asked).hasSize(3);
    out.getBuffer().setLength(0);
    assertThat(run(new TasksCommand(), "list", "agents")).isZero();
    assertThat(asked.get(3)).startsWith("GET /api/v1/budgets/default/agents/tasks ");
    assertThat(out.toString()).containsPattern("nightly +Open +CNY +2.5 +1.2 +0.1 +1.2 +2026-11-27T17:00:00.000Z +2026-11-26T17:01:00.000Z +jane +4711");
  }

  @Test
  void whatWasRefusedForCertainNeedsNoOtherKey() {
    status = 422;
    assertThat(run(new GrantCommand(), "wallet", "7", "--reason", "x")).isEqualTo(1);
    assertThat(err.toString()).contains("the admin API answered 422").doesNotContain("--idempotency-key");
    status = 503;
    assertThat(run(new GrantCommand(), "wallet", "7", "--reason", "x", "--idempotency-key", "k7")).isEqualTo(1);
    assertThat(err.toString()).contains("the admin API answered 503").contains("If you cannot tell whether it was booked, repeat the command with --idempotency-key k7");
  }

  @Test
  void lots() {
    assertThat(run(new LotsCommand(), "wallet")).isZero();
    assertThat(asked.get(0)).startsWith("GET /api/v1/namespaces/default/balances/wallet/lots ");
    assertThat(out.toString()).contains("admin/k1").contains("Promotional").contains("posted 57 CNY, debt 0 CNY");
  }

  @Test
  void aGrantThatMakesNoSense() {
    for (String amount : List.of("0", "-1", "ten", "1e30", "0.0000000001")) {
      assertThat(run(new GrantCommand(), "wallet", amount, "--reason", "x")).as(amount).isEqualTo(2);
    }
    assertThat(run(new GrantCommand(), "a/b/c", "1", "--reason", "x")).isEqualTo(2);
    assertThat(run(new GrantCommand(), "wallet", "1", "--reason", " ")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }

  @Test
  void dryRun() {
    assertThat(run(new DryRunCommand(), "--key", "demo", "--model", "premium")).isZero();
    assertThat(out.toString()).isEqualToNormalizingNewlines("Dry run  premium\n");
    assertThat(asked.get(0))
        .isEqualTo(
            "POST /api/v1/dry-run Bearer secret null {\"apiKey\":\"default/demo\",\"model\":\"premium\",\"endpoint\":\"ChatCompletions\",\"task\":null,"
                + "\"endUser\":null,\"inputBytes\":1000,\"outputTokens\":100,\"choices\":1,\"toolCalls\":false}");
  }

  @Test
  void dryRunAsJson() {
    assertThat(run(new DryRunCommand(), "--key", "a/b", "--model", "m", "--route-classes", "Direct,Pool", "--task", "t", "--choices", "2", "--tool-calls", "-o", "json")).isZero();
    assertThat(out.toString()).contains("\"decision\" : \"Held\"");
    assertThat(asked.get(0)).contains("\"apiKey\":\"a/b\"").contains("\"routeClasses\":[\"Direct\",\"Pool\"]").contains("\"task\":\"t\"").contains("\"choices\":2").contains("\"toolCalls\":true");
  }

  @Test
  void aDryRunThatMakesNoSense() {
    for (String[] bad :
        new String[][] {{"--key", "a/b/c"}, {"--key", "exq-0123"}, {"--model", "two words"}, {"--task", "a b"}, {"--choices", "0"}, {"--output-tokens", "0"},
          {"--input-bytes", "-1"}, {"--route-classes", "Fast"}, {"--endpoint", "Chat"}}) {
      String key = bad[0].equals("--key") ? bad[1] : "demo";
      String model = bad[0].equals("--model") ? bad[1] : "m";
      boolean other = !bad[0].equals("--key") && !bad[0].equals("--model");
      String[] args = other ? new String[] {"--key", key, "--model", model, bad[0], bad[1]} : new String[] {"--key", key, "--model", model};
      assertThat(run(new DryRunCommand(), args)).as(String.join(" ", bad)).isEqualTo(2);
    }
    assertThat(run(new DryRunCommand(), "--key", "demo")).isEqualTo(2);
    assertThat(asked).isEmpty();
  }
}
