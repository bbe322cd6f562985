package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.Table;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** What a person sees when the gateway is ready: where it is, what it has, what to type next. */
final class FirstScreen {
  private FirstScreen() {}

  /** @param balances a rendered table for each namespace */
  static String text(UpSettings settings, OperatorRuntime.Summary summary, List<String> balances, int mockPort) {
    StringBuilder text = new StringBuilder("\nExchequer is ready.\n\n");
    text.append("  endpoint   ").append(settings.endpoint()).append("/v1\n");
    text.append("  admin API  http://127.0.0.1:").append(settings.adminPort()).append("  (token: ").append(settings.data().resolve("admin.token")).append(")\n");
    text.append("  config     ").append(fromHere(settings.config())).append("  (changes are followed)\n");
    settings.store().ifPresent(store -> text.append("  ledger     PostgreSQL ").append(store.place()).append('\n'));
    if (mockPort > 0) {
      text.append("  mock       http://127.0.0.1:").append(mockPort).append("/v1  (a provider that costs nothing)\n");
    }
    text.append("\nBalances\n");
    balances.forEach(table -> text.append(table.indent(2)));
    text.append("\nRoutes\n").append(routes(summary).indent(2));
    text.append("\nTry it\n").append(attempt(settings, summary).indent(2));
    return text.append("\nCtrl-C stops everything.\n").toString();
  }

  /** As one would type it where the gateway was started. */
  private static Path fromHere(Path path) {
    Path here = Path.of("").toAbsolutePath();
    return path.isAbsolute() && path.startsWith(here) && !path.equals(here) ? here.relativize(path) : path;
  }

  private static String routes(OperatorRuntime.Summary summary) {
    Table table = new Table(List.of("ROUTE", "MODELS", "HOPS"), Set.of());
    summary.routes().forEach(route -> table.row(route.name(), String.join(",", route.models()), String.join(" > ", route.hops())));
    return table.isEmpty() ? "none: nothing can be asked yet" : table.render();
  }

  private static String attempt(UpSettings settings, OperatorRuntime.Summary summary) {
    String model = summary.routes().stream().flatMap(r -> r.models().stream()).filter(m -> !m.contains("*")).findFirst().orElse("MODEL");
    String key = summary.demoKey().orElse("$KEY");
    String explain = settings.data().equals(Path.of(".exchequer")) ? "./exchequer explain last" : "./exchequer explain last --data " + settings.data();
    return """
        curl -s %s/v1/chat/completions -H "Authorization: Bearer %s" -H "Content-Type: application/json" \\
          -d '{"model":"%s","messages":[{"role":"user","content":"Hello"}]}'
        %s
        """
        .formatted(settings.endpoint(), key, model, explain);
  }
}
