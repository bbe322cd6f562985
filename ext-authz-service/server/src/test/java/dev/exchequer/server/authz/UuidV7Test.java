package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

@NullMarked
class UuidV7Test {
  @Test
  void carriesItsTimeAndIsNeverGivenTwice() {
    UuidV7 ids = new UuidV7(() -> Instant.ofEpochMilli(World.NOW), new Random(1));
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = ids.requestId();
      UUID uuid = UUID.fromString(id);
      assertThat(uuid.version()).isEqualTo(7);
      assertThat(uuid.variant()).isEqualTo(2);
      assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(World.NOW);
      assertThat(seen.add(id)).isTrue();
    }
  }
}
