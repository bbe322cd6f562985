package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.exchequer.cli.admin.CommandFailed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What `up` makes and refuses before it starts anything. */
class DataDirTest {
  @TempDir Path temp = Path.of("");

  @Test
  void aSecondUpIsRefusedWithTheFirstsProcessId() throws IOException {
    Path data = temp.resolve("a/b");
    try (DataDir first = DataDir.open(data)) {
      assertThatThrownBy(() -> DataDir.open(data)).isInstanceOf(CommandFailed.class).hasMessageContaining("process " + ProcessHandle.current().pid()).hasMessageContaining("--data");
      assertThat(first.path().resolve("journal")).isDirectory();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data))).isEqualTo("rwx------");
    }
    assertThat(data.resolve("run/up.pid")).doesNotExist();
    DataDir.open(data).close();
  }

  @Test
  void theAdminTokenIsMadeOnceAndForItsOwnerOnly() throws IOException {
    String token = AdminToken.ensure(temp, new Random(1));
    assertThat(token).hasSizeGreaterThan(64);
    assertThat(AdminToken.ensure(temp, new Random(2))).isEqualTo(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(temp.resolve("admin.token")))).isEqualTo("rw-------");
  }

  @Test
  void aPortInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> Ports.refuseIfInUse("--port", "the endpoint", "127.0.0.1", taken.getLocalPort()))
          .isInstanceOf(CommandFailed.class)
          .hasMessageContaining("" + taken.getLocalPort())
          .hasMessageContaining("--port");
    }
    assertThatThrownBy(() -> Ports.refuseIfInUse("--port", "the endpoint", "127.0.0.1", 70000)).isInstanceOf(CommandFailed.class);
  }
}
