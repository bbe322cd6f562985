package dev.exchequer.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirstScreenTest {
  private static UpSettings settings(String listen, String data) {
    return settings(Path.of("examples/quickstart"), listen, data);
  }

  private static UpSettings settings(Path config, String listen, String data) {
    return new UpSettings(Optional.empty(), config, "default", Path.of(data), listen, 8080, 9090, Optional.empty(), UpSettings.Mock.NONE);
  }

  @Test
  void itTellsWhatToTypeNext() {
    OperatorRuntime.Summary summary =
        new OperatorRuntime.Summary(
            List.of(new OperatorRuntime.Route("default/any", List.of("any-*"), List.of("x (Byok)")), new OperatorRuntime.Route("default/chat", List.of("premium"), List.of("official (Direct)", "pool (Pool)"))),
            List.of("default"), Optional.of("exq-demo"));
    String text = FirstScreen.text(settings("127.0.0.1", ".exchequer"), summary, List.of("NAME  POSTED\nwallet  7\n"), 9100);
    assertThat(text)
        .contains("http://127.0.0.1:8080/v1", "  wallet  7\n", "premium", "official (Direct) > pool (Pool)", "Bearer exq-demo", "\"model\":\"premium\"", "9100")
        .contains("  ./exchequer explain last\n");
    assertThat(FirstScreen.text(settings("127.0.0.1", "elsewhere"), summary, List.of(), 0)).contains("explain last --data elsewhere").doesNotContain("mock");
  }

  @ParameterizedTest
  @CsvSource({"examples/quickstart, examples/quickstart", "/nowhere/money, /nowhere/money"})
  void theConfigurationIsToldAsItWouldBeTyped(Path config, String told) {
    OperatorRuntime.Summary nothing = new OperatorRuntime.Summary(List.of(), List.of(), Optional.empty());
    for (Path each : List.of(config, Path.of("").toAbsolutePath().resolve(config))) {
      assertThat(FirstScreen.text(settings(each, "127.0.0.1", ".exchequer"), nothing, List.of(), 0)).contains("  config     " + told + "  (changes are followed)\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1,http://127.0.0.1:8080,true", "0.0.0.0,http://127.0.0.1:8080,false", "::1,http://[::1]:8080,true", "10.0.0.7,http://10.0.0.7:8080,false"})
  void listening(String listen, String endpoint, boolean loopback) {
    assertThat(settings(listen, ".exchequer").endpoint()).isEqualTo(endpoint);
    assertThat(settings(listen, ".exchequer").loopbackOnly()).isEqualTo(loopback);
  }

  @ParameterizedTest
  @CsvSource({
    "envoy  version: 4d8d1cf/1.40.0/Clean/RELEASE/BoringSSL, true", "envoy  version: 4d8d1cf/1.39.2/Clean/RELEASE/BoringSSL, true",
    "envoy  version: 4d8d1cf/1.38.9/Clean/RELEASE/BoringSSL, false", "something else, false"
  })
  void versionsOfEnvoy(String printed, boolean good) {
    assertThat(EnvoyBinary.newEnough(printed)).isEqualTo(good);
  }

  @Test
  void requestsThatRunInEnvoy() {
    assertThat(EnvoyDrain.active("http.admin.downstream_rq_active: 1\nhttp.public.downstream_rq_active: 2\nhttp.hop.downstream_rq_active: 3\n")).isEqualTo(5);
  }

  @Test
  void findingsReadLikeACompilers() {
    Finding finding = new Finding(Finding.Severity.error, "unknown_field", "ModelRoute default/chat", "c/routes.yaml", 12, "spec.hops[0].surprise", "no such field");
    assertThat(finding.text()).isEqualTo("c/routes.yaml:12: error: ModelRoute default/chat: spec.hops[0].surprise: no such field [unknown_field]");
    assertThat(new Finding(Finding.Severity.warning, "empty", null, "c/x.yaml", 0, null, "nothing in it").text()).isEqualTo("c/x.yaml: warning: nothing in it [empty]");
  }
}
