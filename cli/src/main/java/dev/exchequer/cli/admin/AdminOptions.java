package dev.exchequer.cli.admin;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the admin API is, and the token for it: what `up` left in its data folder, unless told otherwise. */
final class AdminOptions {
  @Option(names = "--data", paramLabel = "DIR", defaultValue = ".exchequer", description = "Data folder of the running gateway (default: ${DEFAULT-VALUE}).")
  Path data = Path.of(".exchequer");

  @Option(names = "--admin-url", paramLabel = "URL", description = "Address of the admin API (default: the port that `up` wrote to DATA/run/admin-port).")
  @Nullable URI adminUrl;

  @Option(names = "--token-file", paramLabel = "FILE", description = "File with the admin token (default: DATA/admin.token).")
  @Nullable Path tokenFile;

  @Option(names = {"-o", "--output"}, paramLabel = "table|json", defaultValue = "table", description = "A table for people or the API's JSON (default: ${DEFAULT-VALUE}).")
  Output output = Output.table;

  AdminClient client() {
    return new AdminClient(adminUrl != null ? adminUrl : localUrl(), token());
  }

  private URI localUrl() {
    Path file = data.resolve("run/admin-port");
    String port = read(file, "no gateway has run on " + data + " (no " + file + "): start one with ./exchequer up, or give --admin-url");
    try {
      return URI.create("http://127.0.0.1:" + Integer.parseInt(port));
    } catch (NumberFormatException e) {
      throw new CommandFailed(file + " does not hold a port", e);
    }
  }

  private String token() {
    Path file = tokenFile != null ? tokenFile : data.resolve("admin.token");
    return read(file, "no admin token in " + file + ": give --data or --token-file");
  }

  private static String read(Path file, String otherwise) {
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException e) {
      throw new CommandFailed(otherwise, e);
    } catch (IOException e) {
      throw new CommandFailed("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}
