package dev.exchequer.server.authz;

/** Where request ids come from. */
@FunctionalInterface
public interface IdSource {
  /** A new UUIDv7 in its text form: sorts by time, is never given twice. */
  String requestId();
}
