package dev.exchequer.cli.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** One address for several replicas, as a Service of Kubernetes: a connection goes to the first of them that takes it, and stays there. */
final class Balancer implements AutoCloseable {
  private static final int DIAL_MS = 1000;

  private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Integer> ports = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  Balancer(Integer... ports) throws IOException {
    this.ports.addAll(List.of(ports));
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  void to(Integer... next) {
    ports.clear();
    ports.addAll(List.of(next));
  }

  int connections() {
    return open.size() / 2;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket in = server.accept();
        Thread.ofVirtual().start(() -> connect(in));
      } catch (IOException e) {
        continue; // closed: the loop's condition sees it
      }
    }
  }

  private void connect(Socket in) {
    for (int port : ports) {
      Socket out = new Socket();
      try {
        out.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DIAL_MS);
      } catch (IOException e) {
        continue; // that replica is gone
      }
      open.addAll(List.of(in, out));
      Thread.ofVirtual().start(() -> copy(in, out));
      Thread.ofVirtual().start(() -> copy(out, in));
      return;
    }
    close(in);
  }

  private void copy(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException e) {
      // one side went: so does the other
    } finally {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      return; // it is gone all the same
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(this::close);
  }
}
