package dev.exchequer.cli.up;

import dev.exchequer.server.Checkpoints;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where what the ledger has is written down outside of it. */
final class CheckpointOption {
  private static final String FOLDER = "EXCHEQUER_CHECKPOINTS";
  private static final String KEY = "EXCHEQUER_CHECKPOINT_KEY";

  @Option(
      names = "--checkpoints",
      paramLabel = "DIR",
      description = "Writes a checkpoint of the ledger to this folder at the start, every 15 minutes and at the end (default: EXCHEQUER_CHECKPOINTS, else none). Keep it where who can write the ledger cannot.")
  @Nullable Path folder;

  @Option(names = "--checkpoint-key", paramLabel = "FILE", description = "Signs them: a private key of Ed25519, PKCS#8 in PEM (default: EXCHEQUER_CHECKPOINT_KEY, else they are not signed).")
  @Nullable Path key;

  /** @return null = none are written */
  Checkpoints.@Nullable Plan plan(Map<String, String> environment) {
    Path to = folder != null ? folder : path(environment.get(FOLDER));
    Path by = key != null ? key : path(environment.get(KEY));
    return to == null ? null : new Checkpoints.Plan(to, by, Checkpoints.Plan.USUAL);
  }

  /** For a service that is to do the same. */
  static Map<String, String> environment(Checkpoints.Plan plan) {
    Map<String, String> environment = new HashMap<>();
    environment.put(FOLDER, plan.folder().toAbsolutePath().toString());
    Path by = plan.key();
    if (by != null) {
      environment.put(KEY, by.toAbsolutePath().toString());
    }
    return environment;
  }

  private static @Nullable Path path(@Nullable String text) {
    return text == null || text.isEmpty() ? null : Path.of(text);
  }
}
