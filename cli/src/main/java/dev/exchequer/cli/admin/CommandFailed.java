package dev.exchequer.cli.admin;

/** A command could not do what was asked; the message is for a person and says what to do next. Exit code 1. */
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  public CommandFailed(String message) {
    super(message);
  }

  public CommandFailed(String message, Throwable cause) {
    super(message, cause);
  }
}
