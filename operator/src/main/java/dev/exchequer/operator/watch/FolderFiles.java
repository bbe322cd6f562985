package dev.exchequer.operator.watch;

import dev.exchequer.operator.model.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The YAML files of a folder, read at once.
 *
 * @param contents by path relative to the folder, with "/", sorted
 * @param unreadable files that are there and cannot be read
 */
record FolderFiles(SortedMap<String, byte[]> contents, List<String> unreadable) {
  private static final int MAX_DEPTH = 16;

  static FolderFiles of(Path folder) throws IOException {
    SortedMap<String, byte[]> contents = new TreeMap<>();
    List<String> unreadable = new ArrayList<>();
    for (Path path : yaml(folder)) {
      String name = folder.relativize(path).toString().replace('\\', '/');
      try {
        contents.put(name, Files.readAllBytes(path));
      } catch (IOException e) {
        unreadable.add(name);
      }
    }
    return new FolderFiles(contents, List.copyOf(unreadable));
  }

  private static List<Path> yaml(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IOException(folder + " is not a folder");
    }
    try (Stream<Path> walk = Files.walk(folder, MAX_DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      return walk.filter(path -> wanted(folder.relativize(path)) && !Files.isDirectory(path)).sorted().toList();
    } catch (UncheckedIOException e) {
      throw new IOException("cannot read " + folder, e);
    }
  }

  /** Dot names are editors' swap files, and the "..data" links by which Kubernetes swaps a mounted folder at once. */
  private static boolean wanted(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return false;
      }
    }
    String name = relative.toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  String digest() {
    var sha = Sha256.digest();
    contents.forEach(
        (name, bytes) -> {
          sha.update((name + "\0" + bytes.length + "\0").getBytes(StandardCharsets.UTF_8));
          sha.update(bytes);
        });
    unreadable.forEach(name -> sha.update((name + "\0?\0").getBytes(StandardCharsets.UTF_8)));
    return HexFormat.of().formatHex(sha.digest());
  }
}
