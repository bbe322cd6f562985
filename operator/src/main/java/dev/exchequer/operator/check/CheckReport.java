package dev.exchequer.operator.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.exchequer.operator.GatewayPipeline;
import dev.exchequer.operator.model.Diagnostic;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** `exchequer check DIR`: what `up` would serve from a folder, and what is wrong with it. */
public final class CheckReport {
  private static final int CLEAN = 0;
  private static final int ERRORS = 1;
  private static final int CANNOT_READ = 2;

  private CheckReport() {}

  /**
   * @param namespace of the gateway
   * @return the exit code: 0 clean (warnings are printed), 1 errors, 2 the folder cannot be read
   */
  public static int run(Path folder, String namespace, boolean json, PrintStream out, Map<String, String> environment) {
    Reading reading;
    try {
      reading = FolderReader.read(folder);
    } catch (IOException e) {
      out.println(json ? json(List.of(Diagnostic.unreadable(folder.toString(), 0, "FolderUnreadable", message(e)))) : message(e));
      return CANNOT_READ;
    }
    GatewayPipeline.Compiled compiled = new GatewayPipeline(environment, GatewayIdentity.of(namespace)).compile(reading);
    if (json) {
      out.println(json(compiled.diagnostics()));
    } else {
      compiled.diagnostics().forEach(diagnostic -> out.println(line(diagnostic)));
      out.println(summary(reading, compiled));
    }
    return compiled.hasErrors() ? ERRORS : CLEAN;
  }

  /** "file:line: error: object: field: message", as compilers print it and editors jump to it. */
  public static String line(Diagnostic diagnostic) {
    String place = diagnostic.file() == null ? null : diagnostic.file() + (diagnostic.line() > 0 ? ":" + diagnostic.line() : "");
    return String.join(
        ": ",
        Stream.of(place, diagnostic.severity().name(), diagnostic.object(), diagnostic.field(), diagnostic.message()).filter(Objects::nonNull).toList());
  }

  private static String summary(Reading reading, GatewayPipeline.Compiled compiled) {
    long errors = compiled.diagnostics().stream().filter(d -> d.severity() == Diagnostic.Severity.error).count();
    long warnings = compiled.diagnostics().size() - errors;
    return counted(reading.documents().size(), "object") + ", " + counted(errors, "error") + ", " + counted(warnings, "warning");
  }

  private static String counted(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String json(List<Diagnostic> diagnostics) {
    try {
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(Map.of("items", diagnostics));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("plain records can be written", e);
    }
  }

  private static String message(IOException e) {
    return String.valueOf(e.getMessage());
  }
}
