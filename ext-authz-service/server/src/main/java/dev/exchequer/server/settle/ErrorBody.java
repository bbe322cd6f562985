package dev.exchequer.server.settle;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.exchequer.fallback.Ending;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** OpenAI's error form with our receipt: {@code {"error":{message,type,code,param,receipt}}}. */
public final class ErrorBody {
  private static final JsonFactory JSON = new JsonFactory();

  private ErrorBody() {}

  public static byte[] of(Ending ending, @Nullable String receipt) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JSON.createGenerator(bytes)) {
      out.writeStartObject();
      out.writeObjectFieldStart("error");
      out.writeStringField("message", ending.message());
      out.writeStringField("type", ending.errorType());
      out.writeStringField("code", ending.clientCode());
      out.writeStringField("param", ending.param());
      out.writeStringField("receipt", receipt);
      out.writeEndObject();
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
