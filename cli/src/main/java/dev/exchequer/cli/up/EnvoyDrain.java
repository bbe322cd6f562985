package dev.exchequer.cli.up;

import dev.exchequer.wire.EnvoyAdmin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lets the requests that run in Envoy come to their end before it is stopped. */
final class EnvoyDrain {
  private static final Duration CALL = Duration.ofSeconds(2);
  private static final Pattern ACTIVE = Pattern.compile("(?m)^http\\.(?!admin\\.)[^\\n]*downstream_rq_active: (\\d+)$");
  private static final long BETWEEN_LOOKS_NANOS = 50_000_000;

  private final EnvoyAdmin admin;

  EnvoyDrain(Path socket) {
    this.admin = new EnvoyAdmin(socket, CALL);
  }

  /** Takes no new connection and waits until the running requests are done, at most so long. */
  void drain(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      admin.post("/drain_listeners");
      while (active(admin.get("/stats?filter=downstream_rq_active")) > 0 && System.nanoTime() < deadline) {
        LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
      }
    } catch (IOException e) {
      // Envoy is not there (any more): nothing to drain.
      return;
    }
  }

  static long active(String stats) {
    long sum = 0;
    for (Matcher lines = ACTIVE.matcher(stats); lines.find(); ) {
      sum += Long.parseLong(lines.group(1));
    }
    return sum;
  }
}
