package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When everything is read anew; {@code StatusIT} changes a definition of a real API server. */
final class DefinitionWatchTest {
  private final PlayedServer server = new PlayedServer();
  private final DefinitionWatch watch = new DefinitionWatch(server, server::renew);

  private static final class PlayedServer implements DefinitionWatch.Served {
    private String digest = "1";
    private List<String> unknown = List.of();
    private boolean away;
    private boolean renewable = true;
    private int renewed;

    @Override
    public String digest() {
      if (away) {
        throw new IllegalStateException("away");
      }
      return digest;
    }

    @Override
    public List<String> unknown() {
      return unknown;
    }

    void renew() {
      renewed++;
      if (!renewable) {
        throw new IllegalStateException("away");
      }
    }
  }

  @AfterEach
  void stop() {
    watch.close();
  }

  @Test
  void onceForEachChange() {
    assertThat(looked("1")).isZero();
    assertThat(looked("1")).isZero();
    assertThat(looked("2")).isEqualTo(1);
    assertThat(looked("2")).isEqualTo(1);
    assertThat(looked("1")).isEqualTo(2);
  }

  @Test
  void aServerThatHasNoSuchPageChangesNothing() {
    assertThat(looked("")).isZero();
    assertThat(looked("")).isZero();
  }

  @Test
  void whatWasNotAnsweredAtFirstMayHaveChanged() {
    server.away = true;
    assertThat(looked("1")).isZero();
    server.away = false;
    assertThat(looked("1")).isEqualTo(1);
    assertThat(looked("1")).isEqualTo(1);
  }

  @Test
  void whatFailsIsTriedAgain() {
    looked("1");
    server.renewable = false;
    assertThat(looked("2")).isEqualTo(1);
    server.renewable = true;
    assertThat(looked("2")).isEqualTo(2);
    assertThat(looked("2")).isEqualTo(2);
  }

  /** Else an operator that is being replaced would refuse what has a new default. */
  @Test
  void newerDefinitionsAreForTheNextOperator() {
    looked("1");
    server.unknown = List.of("Project spec.later");
    assertThat(looked("2")).isZero();
    server.unknown = List.of();
    assertThat(looked("2")).isZero();
    assertThat(looked("3")).isEqualTo(1);
  }

  private int looked(String digest) {
    server.digest = digest;
    watch.look();
    return server.renewed;
  }
}
