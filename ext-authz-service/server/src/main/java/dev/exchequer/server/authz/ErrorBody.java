package dev.exchequer.server.authz;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.exchequer.fallback.Ending;
import org.jspecify.annotations.Nullable;

/** The body of every error: OpenAI's form and the receipt. */
public final class ErrorBody {
  private ErrorBody() {}

  /**
   * The JSON.
   *
   * @param receipt null = none
   */
  public static String of(Ending ending, @Nullable String receipt) {
    StringBuilder out = new StringBuilder(256).append("{\"error\":{");
    member("message", ending.message(), out).append(',');
    member("type", ending.errorType(), out).append(',');
    member("code", ending.clientCode(), out).append(',');
    member("param", ending.param(), out).append(',');
    return member("receipt", receipt, out).append("}}").toString();
  }

  private static StringBuilder member(String name, @Nullable String value, StringBuilder out) {
    out.append('"').append(name).append("\":");
    if (value == null) {
      return out.append("null");
    }
    out.append('"');
    JsonStringEncoder.getInstance().quoteAsString(value, out);
    return out.append('"');
  }
}
