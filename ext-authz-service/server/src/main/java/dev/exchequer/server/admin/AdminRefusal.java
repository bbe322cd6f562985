package dev.exchequer.server.admin;

/** Ends a call with an error body: HTTP status, code, and a message that says what to change. Thrown, because Javalin ends a call so. */
final class AdminRefusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String code;
  private final String told;

  AdminRefusal(int status, String code, String told) {
    super(told, null, false, false);
    this.status = status;
    this.code = code;
    this.told = told;
  }

  static AdminRefusal badRequest(String message) {
    return new AdminRefusal(400, "bad_request", message);
  }

  static AdminRefusal notFound(String what) {
    return new AdminRefusal(404, "not_found", "no such " + what);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  String told() {
    return told;
  }
}
