package dev.exchequer.server.journal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** `POST /reopen_logs` on Envoy's admin socket. */
public final class EnvoyLogs implements JournalRotation.Reopen {
  private static final byte[] REQUEST = "POST /reopen_logs HTTP/1.1\r\nhost: envoy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final Path adminSocket;

  public EnvoyLogs(Path adminSocket) {
    this.adminSocket = adminSocket;
  }

  @Override
  public void run() throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(adminSocket));
      channel.write(ByteBuffer.wrap(REQUEST));
      ByteBuffer first = ByteBuffer.allocate(64);
      channel.read(first);
      String line = StandardCharsets.US_ASCII.decode(first.flip()).toString();
      if (!line.startsWith("HTTP/1.1 200")) {
        throw new IOException("Envoy answered " + line.lines().findFirst().orElse("nothing"));
      }
    }
  }
}
