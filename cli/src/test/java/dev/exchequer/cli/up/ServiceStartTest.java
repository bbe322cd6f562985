package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.cli.admin.CommandFailed;
import dev.exchequer.server.ServiceSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What keeps the service from starting is said in one sentence, and `up` shows it. */
class ServiceStartTest {
  @TempDir Path folder = Path.of("");

  private void start(Path data) throws Exception {
    new ServiceAdapter().run(new ServiceSettings(data, folder.resolve("sockets"), "127.0.0.1", 0, "one", ServiceSettings.DEFAULT_LEASE_MS, ServiceSettings.DEFAULT_MAX_INBOUND_BYTES));
  }

  @Test
  void whatToChangeIsTheMessage() throws IOException {
    Files.writeString(folder.resolve("ledger.elsewhere"), "//db/ledger\n");
    assertThatThrownBy(() -> start(folder)).isInstanceOf(CommandFailed.class).hasMessageContaining("is in PostgreSQL //db/ledger: start with --store as before");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> start(file)).isInstanceOf(CommandFailed.class).hasMessageContaining(file.toString());
  }

  @Test
  void aDataFolderThatCannotBeMadeIsNamed() throws IOException {
    Path below = Files.writeString(folder.resolve("file"), "").resolve("data");
    UpCommand up = CommandLine.populateCommand(new UpCommand(), "--data", below.toString());
    assertThatThrownBy(up::call).isInstanceOf(CommandFailed.class).hasMessageContaining(folder.resolve("file").toString());
  }

  @Test
  void theEndOfALogIsWhatWasSaidAndNotWhereItWasThrown() throws IOException {
    StringBuilder log = new StringBuilder("ERROR the service cannot start\njava.lang.IllegalStateException: give another database\n");
    for (int i = 0; i < 40; i++) {
      log.append("\tat dev.exchequer.Somewhere.run(Somewhere.java:").append(i).append(")\n");
    }
    Path file = Files.writeString(folder.resolve("service.log"), log.append("\t... 9 common frames omitted\nexchequer service: give another database\n"));
    assertThat(Readiness.tail(file)).isEqualTo("ERROR the service cannot start\njava.lang.IllegalStateException: give another database\nexchequer service: give another database");
  }
}
