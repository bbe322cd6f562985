package dev.exchequer.helm;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The chart in a folder of its own, to be changed as the next version changes it. */
record ChartCopy(Path folder) {
  static ChartCopy in(Path parent) {
    try (Stream<Path> files = Files.walk(Chart.FOLDER)) {
      Path folder = Files.createTempDirectory(parent, "chart");
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = folder.resolve(Chart.FOLDER.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
      return new ChartCopy(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  ChartCopy edit(String file, UnaryOperator<String> change) {
    try {
      String before = Files.readString(folder.resolve(file));
      String after = change.apply(before);
      if (after.equals(before)) {
        throw new AssertionError("nothing to change in " + file);
      }
      Files.writeString(folder.resolve(file), after);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Helm helm() {
    return new Helm(folder);
  }
}
