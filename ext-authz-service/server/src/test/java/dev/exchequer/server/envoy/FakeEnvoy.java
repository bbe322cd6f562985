package dev.exchequer.server.envoy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Envoy's admin interface as a test plays it: one request a connection. */
final class FakeEnvoy implements AutoCloseable {
  final List<String> asked = new CopyOnWriteArrayList<>();
  private final ServerSocketChannel server;

  /** @param answer to "POST /path"; empty = 503 */
  FakeEnvoy(Path socket, UnaryOperator<String> answer) throws IOException {
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    Thread.ofPlatform().daemon().start(() -> serve(answer));
  }

  private void serve(UnaryOperator<String> answer) {
    while (server.isOpen()) {
      try (SocketChannel connection = server.accept()) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        if (connection.read(buffer) <= 0) {
          continue; // only looked whether we are there
        }
        String request = StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
        String line = request.substring(0, request.indexOf(" HTTP/1.1"));
        asked.add(line);
        String body = answer.apply(line);
        connection.write(ByteBuffer.wrap(("HTTP/1.1 " + (body.isEmpty() ? "503 no" : "200 OK") + "\r\n\r\n" + body).getBytes(StandardCharsets.US_ASCII)));
      } catch (IOException e) {
        continue; // closed: the loop's condition sees it
      }
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
