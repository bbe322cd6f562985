package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.Keep;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How long receipts are kept whole. */
final class KeepOption {
  private static final String KEEP = "EXCHEQUER_KEEP_RECEIPTS";

  @Option(
      names = "--keep-receipts",
      paramLabel = "DURATION",
      description = {
        "Removes the details of receipts that are older, e.g. 90d: labels, prices, lines, what was considered (default: EXCHEQUER_KEEP_RECEIPTS, else they are kept for ever).",
        "Sums, charges and proofs stay; the details cannot be brought back."
      })
  @Nullable String keep;

  /**
   * @return null = for ever
   * @throws ParameterException if it is no duration of a day at least
   */
  @Nullable Duration receipts(CommandSpec spec, Map<String, String> environment) {
    String text = keep != null ? keep : environment.get(KEEP);
    if (text == null || text.isEmpty()) {
      return null;
    }
    try {
      return Keep.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--keep-receipts " + e.getMessage(), e);
    }
  }

  /** For a service that is to do the same. */
  static Map<String, String> environment(Duration keep) {
    return Map.of(KEEP, keep.toHours() + "h");
  }
}
