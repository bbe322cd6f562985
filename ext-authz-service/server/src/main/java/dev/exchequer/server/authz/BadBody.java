package dev.exchequer.server.authz;

import org.jspecify.annotations.Nullable;

/** Ends the reading of a body from any depth; never leaves {@link BodyReader}, which turns it into {@link BodyResult.Bad}. Has no stack trace: it is cheap. */
final class BadBody extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String param;

  BadBody(@Nullable String param, String message) {
    super(message, null, false, false);
    this.param = param;
  }

  BodyResult.Bad asResult() {
    String message = getMessage();
    return new BodyResult.Bad(param, message == null ? "" : message);
  }
}
