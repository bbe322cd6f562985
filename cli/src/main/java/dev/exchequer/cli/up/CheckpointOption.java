package dev.exchequer.cli.up;

import dev.exchequer.operator.model.Durations;
import dev.exchequer.server.Checkpoints;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where what the ledger has is written down outside of it. */
final class CheckpointOption {
  private static final String FOLDER = "EXCHEQUER_CHECKPOINTS";
  private static final String KEY = "EXCHEQUER_CHECKPOINT_KEY";
  private static final String EVERY = "EXCHEQUER_CHECKPOINT_EVERY";
  private static final Duration SHORTEST = Duration.ofSeconds(1);

  @Option(
      names = "--checkpoints",
      paramLabel = "DIR",
      description = "Writes a checkpoint of the ledger to this folder at the start, every --checkpoint-every and at the end (default: EXCHEQUER_CHECKPOINTS, else none). Keep it where who can write the ledger cannot.")
  @Nullable Path folder;

  @Option(names = "--checkpoint-key", paramLabel = "FILE", description = "Signs them: a private key of Ed25519, PKCS#8 in PEM (default: EXCHEQUER_CHECKPOINT_KEY, else they are not signed).")
  @Nullable Path key;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "DURATION",
      description = "From the end of one to the next, e.g. 1h or 90s, at least 1s (default: EXCHEQUER_CHECKPOINT_EVERY, else 15m). What is changed and put back between two of them no checkpoint shows.")
  @Nullable String every;

  /**
   * @param spec of the command that has these options
   * @return null = none are written
   * @throws ParameterException if the interval is none, or is given and no folder is
   */
  Checkpoints.@Nullable Plan plan(CommandSpec spec, Map<String, String> environment) {
    Path to = folder != null ? folder : path(environment.get(FOLDER));
    Path by = key != null ? key : path(environment.get(KEY));
    if (every != null && to == null) {
      throw new ParameterException(spec.commandLine(), "--checkpoint-every needs --checkpoints");
    }
    Duration interval = every != null ? interval(spec, "--checkpoint-every", every) : interval(spec, EVERY, environment.getOrDefault(EVERY, ""));
    return to == null ? null : new Checkpoints.Plan(to, by, interval);
  }

  private static Duration interval(CommandSpec spec, String name, String text) {
    if (text.isEmpty()) {
      return Checkpoints.Plan.USUAL;
    }
    return Durations.parse(text)
        .map(Duration::ofMillis)
        .filter(duration -> duration.compareTo(SHORTEST) >= 0)
        .orElseThrow(() -> new ParameterException(spec.commandLine(), name + " must be a duration of at least 1s, like 15m or 1h30m, not " + text));
  }

  /** For a service that is to do the same. */
  static Map<String, String> environment(Checkpoints.Plan plan) {
    Map<String, String> environment = new HashMap<>();
    environment.put(FOLDER, plan.folder().toAbsolutePath().toString());
    environment.put(EVERY, text(plan.every()));
    Path by = plan.key();
    if (by != null) {
      environment.put(KEY, by.toAbsolutePath().toString());
    }
    return environment;
  }

  private static String text(Duration every) {
    return every.toHours() + "h" + every.toMinutesPart() + "m" + every.toSecondsPart() + "s" + every.toMillisPart() + "ms";
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null || text.isEmpty() ? null : Path.of(text);
  }
}
