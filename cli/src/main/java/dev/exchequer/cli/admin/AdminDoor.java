package dev.exchequer.cli.admin;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/** A way to the admin API, open until it is closed. */
interface AdminDoor extends AutoCloseable {
  URI url();

  /** What to tell a person to whom nobody answered here. */
  CommandFailed nobodyAnswers(@Nullable Exception cause);

  @Override
  void close();

  /** An address that needs no way to be made. */
  record Direct(URI url) implements AdminDoor {
    @Override
    public CommandFailed nobodyAnswers(@Nullable Exception cause) {
      String told = "no admin API answers at " + url + ": is the gateway running? (./exchequer up)";
      return cause == null ? new CommandFailed(told) : new CommandFailed(told, cause);
    }

    @Override
    public void close() {}
  }
}
