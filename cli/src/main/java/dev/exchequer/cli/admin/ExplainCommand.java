package dev.exchequer.cli.admin;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "explain",
    description = "Tells in words what happened to one request: which hops were looked at, why each was skipped or tried, who paid what.",
    footer = {"", "Examples:", "  ./exchequer explain last", "  ./exchequer explain 01JZ6Q0V5Y3M8K2T9B4C7D1E6F -o json"})
public final class ExplainCommand implements Runnable {
  @Mixin AdminOptions admin = new AdminOptions();

  @Parameters(paramLabel = "RECEIPT|last", description = "A receipt's id (response header x-exchequer-receipt), or `last` for the newest.")
  String receipt = "last";

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    try (AdminOptions.Opened api = admin.open()) {
      AdminClient client = api.client();
      String id = receipt.equals("last") ? newest(client) : receipt;
      String path = "/api/v1/receipts/" + AdminClient.encode(id);
      out.println(admin.output == Output.json ? client.get(path, Map.of()).toPrettyString() : client.text(path + "/explanation").stripTrailing());
    }
    out.flush();
  }

  private static String newest(AdminClient client) {
    JsonNode items = client.get("/api/v1/receipts", Map.of("limit", "1")).path("items");
    if (items.isEmpty()) {
      throw new CommandFailed("there is no receipt yet: send a request to the gateway first");
    }
    return items.get(0).path("id").asText();
  }
}
