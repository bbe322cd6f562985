package dev.exchequer.operator.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EnvoyBootstrapTest {
  private static final EnvoyBootstrap.Settings SETTINGS =
      EnvoyBootstrap.Settings.defaults(
          "gateway-0", "0.0.0.0", 8080, Path.of("/run/exchequer"), Path.of("/data/journal"), "-- a \"meter\" of ${two}\n\nfunction envoy_on_request(h) end\n");

  @Test
  void isRendered() throws IOException {
    Golden.check("bootstrap.yaml", EnvoyBootstrap.render(SETTINGS));
  }

  @Test
  void theJournalIsFlushedEveryTenthOfASecond() {
    assertThat(EnvoyBootstrap.command(Path.of("envoy"), Path.of("bootstrap.yaml"), SETTINGS))
        .containsSequence("--file-flush-interval-msec", "100")
        .containsSequence("--concurrency", "2");
  }

  @Test
  void refusesAFolderTooDeepForSockets() {
    assertThatThrownBy(() -> EnvoyBootstrap.Settings.defaults("n", "127.0.0.1", 8080, Path.of("/" + "d".repeat(60)), Path.of("/data"), ""))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
