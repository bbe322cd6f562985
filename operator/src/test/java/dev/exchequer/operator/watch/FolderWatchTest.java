package dev.exchequer.operator.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.Reading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderWatchTest {
  @TempDir Path folder;
  private final List<Reading> told = new ArrayList<>();

  @BeforeEach
  void one() throws IOException {
    write("one.yaml", project("one"));
  }

  @Test
  void nothingIsToldOfWhatIsKnown() throws IOException {
    FolderWatch watch = FolderWatch.still(folder, FolderReader.read(folder), told::add);
    watch.look();
    watch.look();
    assertThat(told).isEmpty();
  }

  @Test
  void aChangeIsToldOnceItHasSettled() throws IOException {
    FolderWatch watch = FolderWatch.still(folder, FolderReader.read(folder), told::add);
    write("two.yaml", "apiVersion: exchequer");
    watch.look();
    assertThat(told).isEmpty(); // half written
    write("two.yaml", project("two"));
    watch.look();
    assertThat(told).isEmpty();
    watch.look();
    watch.look();
    assertThat(told).hasSize(1);
    assertThat(names(told.getFirst())).containsExactly("one", "two");
  }

  @Test
  void renamesAndDeletionsAreChanges() throws IOException {
    FolderWatch watch = FolderWatch.still(folder, FolderReader.read(folder), told::add);
    write(".one.yaml.swp", project("swap"));
    write("one.yaml~", project("backup"));
    watch.look();
    watch.look();
    assertThat(told).isEmpty();
    write(".one.yaml.new", project("renamed"));
    Files.move(folder.resolve(".one.yaml.new"), folder.resolve("one.yaml"), StandardCopyOption.ATOMIC_MOVE);
    watch.look();
    watch.look();
    assertThat(names(told.getLast())).containsExactly("renamed");
    Files.delete(folder.resolve("one.yaml"));
    watch.look();
    watch.look();
    assertThat(names(told.getLast())).isEmpty();
  }

  @Test
  void aFolderMountedFromAConfigMapIsSwappedAtOnce(@TempDir Path mounted) throws IOException {
    Files.createDirectories(mounted.resolve("..v1"));
    Files.writeString(mounted.resolve("..v1/world.yaml"), project("before"));
    Files.createDirectories(mounted.resolve("..v2"));
    Files.writeString(mounted.resolve("..v2/world.yaml"), project("after"));
    Files.createSymbolicLink(mounted.resolve("..data"), Path.of("..v1"));
    Files.createSymbolicLink(mounted.resolve("world.yaml"), Path.of("..data/world.yaml"));
    Reading first = FolderReader.read(mounted);
    assertThat(names(first)).containsExactly("before");

    FolderWatch watch = FolderWatch.still(mounted, first, told::add);
    Files.createSymbolicLink(mounted.resolve("..next"), Path.of("..v2"));
    Files.move(mounted.resolve("..next"), mounted.resolve("..data"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    watch.look();
    watch.look();
    assertThat(names(told.getLast())).containsExactly("after");
  }

  @Test
  void aFolderThatIsGoneForAMomentChangesNothing(@TempDir Path parent) throws IOException {
    Path config = Files.createDirectory(parent.resolve("config"));
    Files.writeString(config.resolve("a.yaml"), project("a"));
    FolderWatch watch = FolderWatch.still(config, FolderReader.read(config), told::add);
    Files.move(config, parent.resolve("away"));
    watch.look();
    watch.look();
    Files.move(parent.resolve("away"), config);
    watch.look();
    watch.look();
    assertThat(told).isEmpty();
  }

  @Test
  void theThreadLooksByItself() throws Exception {
    LinkedBlockingQueue<Reading> readings = new LinkedBlockingQueue<>();
    try (FolderWatch watch = FolderWatch.start(folder, FolderReader.read(folder), readings::add)) {
      write("sub/deep.yml", project("deep"));
      Reading reading = readings.poll(10, TimeUnit.SECONDS);
      assertThat(reading).isNotNull();
      assertThat(names(reading)).containsExactly("one", "deep");
      assertThat(watch).isNotNull();
    }
  }

  @Test
  void everyFieldHasItsLine() throws IOException {
    write("one.yaml", "\n# comment\n---\napiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata:\n  name: one\nspec:\n  owner: x\n  models:\n  - a\n  - b\n");
    Document document = FolderReader.read(folder).documents().getFirst();
    assertThat(document.line()).isEqualTo(4);
    assertThat(document.lines().of("spec.owner")).isEqualTo(9);
    assertThat(document.lines().of("spec.models[1]")).isEqualTo(12);
    assertThat(document.lines().of("spec.nowhere.at[3].all")).isEqualTo(8);
  }

  private void write(String file, String yaml) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, yaml);
  }

  private static List<String> names(Reading reading) {
    return reading.documents().stream().map(document -> document.name().name()).toList();
  }

  private static String project(String name) {
    return "apiVersion: exchequer.dev/v1alpha1\nkind: Project\nmetadata: {name: " + name + "}\nspec: {owner: x}\n";
  }
}
