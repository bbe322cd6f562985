package dev.exchequer.identity;

/**
 * One attempt of one request, the key of its hold: "request/attempt" on the wire.
 *
 * @param request the request id, a UUIDv7 in its text form
 * @param attempt counted from 1 as Envoy counts (x-envoy-attempt-count)
 */
public record HoldId(String request, int attempt) {
  public HoldId {
    if (request.isEmpty() || attempt < 1) {
      throw new IllegalArgumentException("no such attempt: '" + request + "'/" + attempt);
    }
  }

  /** @throws IllegalArgumentException if the text is not "request/attempt" */
  public static HoldId parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash < 1 || slash == text.length() - 1 || text.length() - slash > 6) {
      throw new IllegalArgumentException("not request/attempt");
    }
    return new HoldId(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return request + "/" + attempt;
  }
}
