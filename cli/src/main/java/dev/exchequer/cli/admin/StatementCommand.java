package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "statement",
    description = "A balance in one month: what there was, what came and went, what is left. It sums to the ledger, or there is none.",
    footer = {"", "Examples:", "  ./exchequer statement wallet", "  ./exchequer statement team-a/credit --month 2026-10 --time-zone Europe/Berlin -o json"})
public final class StatementCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(index = "0", paramLabel = "[NS/]BALANCE", description = "The balance; without a namespace the one in that of --namespace.")
  String balance = "";

  @Option(names = "--month", paramLabel = "MONTH", description = "E.g. 2026-11 (default: the running one).")
  @Nullable String month;

  @Option(names = "--time-zone", paramLabel = "ZONE", description = "Whose month, e.g. Europe/Berlin (default: UTC).")
  @Nullable String timeZone;

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    String[] parts = balance.split("/", -1);
    if (parts.length > 2 || parts[0].isEmpty() || parts[parts.length - 1].isEmpty()) {
      throw new ParameterException(spec.commandLine(), "not a balance: " + balance + " (expected NAME or NAMESPACE/NAME)");
    }
    Map<String, String> query = new LinkedHashMap<>();
    if (month != null) {
      query.put("month", month);
    }
    if (timeZone != null) {
      query.put("timeZone", timeZone);
    }
    JsonNode answer;
    try (AdminOptions.Opened api = admin.open()) {
      String namespace = parts.length == 2 ? parts[0] : api.namespace();
      answer = api.client().report("/api/v1/statements/" + AdminClient.encode(namespace) + "/" + AdminClient.encode(parts[parts.length - 1]), query);
    }
    spec.commandLine().getOut().print(admin.output == Output.json ? answer.toPrettyString() + "\n" : text(answer));
    spec.commandLine().getOut().flush();
  }

  static String text(JsonNode s) {
    String unit = Cells.text(s.path("unit"));
    StringBuilder text = new StringBuilder("Statement of %s, %s (%s)%s%n".formatted(
        Cells.text(s.path("balance")), Cells.text(s.path("month")), Cells.text(s.path("timeZone")), s.path("complete").asBoolean() ? "" : ", the month is not over"));
    Table sums = new Table(List.of("", "ENTRIES", unit), Set.of("ENTRIES", unit));
    sums.row("Opening", "", Cells.amount(s.path("opening")));
    for (JsonNode kind : s.path("kinds")) {
      sums.row(Cells.text(kind.path("kind")), Cells.text(kind.path("entries")), Cells.amount(kind.path("amount")));
    }
    sums.row("Closing", "", Cells.amount(s.path("closing")));
    text.append(sums.render());
    if (!s.path("requests").isEmpty()) {
      Table requests = new Table(List.of("KEY", "MODEL", "ENTRIES", unit), Set.of("ENTRIES", unit));
      for (JsonNode of : s.path("requests")) {
        requests.row(Cells.text(of.path("key")), Cells.text(of.path("model")), Cells.text(of.path("entries")), Cells.amount(of.path("amount")));
      }
      text.append('\n').append(requests.render());
    }
    return text.toString();
  }
}
