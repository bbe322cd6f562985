package dev.exchequer.cli.admin;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** A command could not do what was asked; the message is for a person and says what to do next. Exit code 1. */
public final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Whether it is certain that nothing was done. */
  private final boolean refused;

  public CommandFailed(String message) {
    super(message);
    refused = false;
  }

  public CommandFailed(String message, Throwable cause) {
    super(message, cause);
    refused = false;
  }

  private CommandFailed(String message, boolean refused) {
    super(message);
    this.refused = refused;
  }

  /** A file could not be read or written. Java's own message is mostly the file's name alone. */
  public static CommandFailed because(IOException e) {
    return new CommandFailed(
        switch (e) {
          case NoSuchFileException none -> "there is no " + none.getFile();
          case AccessDeniedException denied -> denied.getFile() + " cannot be opened: permission denied";
          case NotDirectoryException file -> file.getFile() + " is not a folder";
          case FileAlreadyExistsException there -> there.getFile() + " exists already: give another name";
          case FileSystemException other when other.getReason() == null -> other.getFile() + ": " + other.getClass().getSimpleName();
          default -> String.valueOf(e.getMessage());
        },
        e);
  }

  /** The gateway said no before it did anything. */
  static CommandFailed refused(String message) {
    return new CommandFailed(message, true);
  }

  boolean isRefused() {
    return refused;
  }
}
