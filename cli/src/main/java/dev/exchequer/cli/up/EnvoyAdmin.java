package dev.exchequer.cli.up;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Envoy's admin interface on its Unix socket, as far as stopping needs it. */
final class EnvoyAdmin {
  private static final Pattern ACTIVE = Pattern.compile("(?m)^http\\.(?!admin\\.)[^\\n]*downstream_rq_active: (\\d+)$");
  private static final long BETWEEN_LOOKS_NANOS = 50_000_000;

  private final Path socket;

  EnvoyAdmin(Path socket) {
    this.socket = socket;
  }

  /** Takes no new connection and waits until the running requests are done, at most so long. */
  void drain(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    try {
      call("POST", "/drain_listeners");
      while (active(call("GET", "/stats?filter=downstream_rq_active")) > 0 && System.nanoTime() < deadline) {
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

  private String call(String method, String path) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(
          ByteBuffer.wrap((method + " " + path + " HTTP/1.1\r\nhost: envoy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII)));
      StringBuilder text = new StringBuilder();
      ByteBuffer buffer = ByteBuffer.allocate(16384);
      while (channel.read(buffer) >= 0) {
        text.append(StandardCharsets.ISO_8859_1.decode(buffer.flip()));
        buffer.clear();
      }
      return text.toString();
    }
  }
}
