package dev.exchequer.operator;

import dev.exchequer.operator.model.Reading;
import dev.exchequer.operator.watch.FolderReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** YAML as the operator reads it from a folder. */
public final class Yaml {
  private Yaml() {}

  public static Reading reading(Path folder, String yaml) throws IOException {
    Files.writeString(folder.resolve("world.yaml"), yaml);
    return FolderReader.read(folder);
  }
}
