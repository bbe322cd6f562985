package dev.exchequer.cli.up;

import dev.exchequer.cli.admin.CommandFailed;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Looks whether ports are free before anything is started, to name the option that helps. */
final class Ports {
  private Ports() {}

  static void refuseIfInUse(String option, String what, String listen, int port) throws IOException {
    if (port < 1 || port > 65535) {
      throw new CommandFailed(option + " " + port + ": not a port (1 to 65535)");
    }
    if (!free(listen, port)) {
      throw new CommandFailed("port " + port + " on " + listen + " (" + what + ") is in use or not allowed: free it, or choose another with " + option);
    }
  }

  static boolean free(String listen, int port) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(InetAddress.getByName(listen), port));
      return true;
    } catch (BindException e) {
      return false;
    }
  }
}
