package dev.exchequer.cli.up;

import dev.exchequer.server.store.postgres.PostgresSettings;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the ledger is kept. */
final class StoreOption {
  @Option(
      names = "--store",
      paramLabel = "URL",
      description = {
        "Keeps the ledger in a PostgreSQL database that other gateways may share: jdbc:postgresql://HOST/DATABASE (default: EXCHEQUER_STORE, else a file in the data folder).",
        "User and password: in EXCHEQUER_STORE_USER and EXCHEQUER_STORE_PASSWORD."
      })
  @Nullable String url;

  /**
   * @param replica the name that no other running gateway of this database has
   * @return null = a file in the data folder
   */
  @Nullable PostgresSettings settings(CommandSpec spec, String replica, Map<String, String> environment) {
    String given = url == null ? environment.getOrDefault(PostgresSettings.ENVIRONMENT, "") : url;
    if (given.isEmpty()) {
      return null;
    }
    try {
      return PostgresSettings.of(given, replica, environment);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--store: " + e.getMessage(), e);
    }
  }
}
