package dev.exchequer.cli.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * An image as `docker load` takes it, without the layers of its base.
 *
 * @param config what a container is started with, and the history
 * @param layers files by the comment that the build gave their layer, lowest first; a file as {@code tar -tv} prints it
 */
record ImageTar(JsonNode config, Map<String, List<Entry>> layers) {
  /**
   * @param mode as `ls` prints it
   * @param owner user/group
   * @param date of the last change, YYYY-MM-DD, UTC
   */
  record Entry(String mode, String owner, String date, String path) {
    boolean isFile() {
      return mode.startsWith("-");
    }

    String name() {
      return path.substring(path.lastIndexOf('/') + 1);
    }
  }

  static ImageTar read(Path tar, Path scratch) throws IOException, InterruptedException {
    tar("-xf", tar.toString(), "-C", scratch.toString());
    ObjectMapper json = new ObjectMapper();
    JsonNode manifest = json.readTree(Files.readString(scratch.resolve("manifest.json"))).get(0);
    JsonNode config = json.readTree(Files.readString(scratch.resolve(manifest.path("Config").asText())));
    List<String> files = texts(manifest.path("Layers").elements()).toList();
    List<String> comments =
        StreamSupport.stream(config.path("history").spliterator(), false)
            .filter(step -> step.path("created_by").asText().startsWith("jib-maven-plugin"))
            .map(step -> step.path("comment").asText())
            .toList();
    Map<String, List<Entry>> layers = new LinkedHashMap<>();
    for (int i = 0; i < comments.size(); i++) {
      layers.put(comments.get(i), entries(scratch.resolve(files.get(files.size() - comments.size() + i))));
    }
    return new ImageTar(config, layers);
  }

  Stream<Entry> files() {
    return layers.values().stream().flatMap(List::stream).filter(Entry::isFile);
  }

  static Stream<String> texts(Iterator<JsonNode> nodes) {
    List<String> texts = new ArrayList<>();
    nodes.forEachRemaining(node -> texts.add(node.asText()));
    return texts.stream();
  }

  private static List<Entry> entries(Path layer) throws IOException, InterruptedException {
    return tar("-tvzf", layer.toString(), "--full-time", "--numeric-owner").lines().map(line -> line.trim().split("\\s+", 6)).map(f -> new Entry(f[0], f[1], f[3], f[5])).toList();
  }

  private static String tar(String... arguments) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of("tar"), Stream.of(arguments)).toList()).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("TZ", "UTC");
    Process process = builder.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("tar " + String.join(" ", arguments) + " failed");
    }
    return printed;
  }
}
