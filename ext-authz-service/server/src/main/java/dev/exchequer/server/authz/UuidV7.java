package dev.exchequer.server.authz;

import java.time.InstantSource;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** RFC 9562 version 7: 48 bits of milliseconds, then 74 random bits. As safe for many threads as its random source. */
public final class UuidV7 implements IdSource {
  private final InstantSource clock;
  private final RandomGenerator random;

  public UuidV7(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
  }

  @Override
  public String requestId() {
    long high = clock.millis() << 16 | 0x7000 | random.nextLong() >>> 52;
    long low = 1L << 63 | random.nextLong() >>> 2;
    return new UUID(high, low).toString();
  }
}
