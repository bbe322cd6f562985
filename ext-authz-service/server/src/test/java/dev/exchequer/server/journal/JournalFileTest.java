package dev.exchequer.server.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.Command.JournalPosition;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Without a thread, so that every order of writing and reading can be made. */
class JournalFileTest {
  @TempDir Path folder;
  private final List<String> lines = new ArrayList<>();
  private final List<JournalPosition> places = new ArrayList<>();
  private Path path = Path.of("");
  private JournalFile file = new JournalFile(path, null);

  @BeforeEach
  void open() {
    path = folder.resolve("hops.jsonl");
    file = new JournalFile(path, null);
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void nothingIsReadWhileThereIsNoFile() throws Exception {
    assertThat(step()).isFalse();
    append(path, "a\n");
    drain();
    assertThat(lines).containsExactly("a");
  }

  @Test
  void everyLineComesWithThePlaceAfterIt() throws Exception {
    append(path, "one\n\nthree\n");
    drain();
    assertThat(lines).containsExactly("one", "three");
    assertThat(places).containsExactly(place(path, 0, 4), place(path, 0, 11));
    assertThat(file.lineStart()).isEqualTo(11);
  }

  @Test
  void aTornLineWaitsForItsRestAlsoInsideALetter() throws Exception {
    byte[] line = "aäb\n".getBytes(StandardCharsets.UTF_8);
    for (byte part : line) {
      assertThat(lines).isEmpty();
      Files.write(path, new byte[] {part}, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      drain();
    }
    assertThat(lines).containsExactly("aäb");
    assertThat(places).containsExactly(place(path, 0, 5));
  }

  /** Found by the simulator: the ledger had stored the place, the disk of the dead machine had not stored the bytes before it. */
  @Test
  void aFileThatLostItsEndAndGrewPastThePlaceAgainIsReadAnew() throws Exception {
    append(path, "one\ntwo\n");
    drain();
    file.close();
    Files.writeString(path, "one\nt");
    append(path, "hree\nfour\n");
    file = new JournalFile(path, places.getLast());
    lines.clear();
    drain();
    assertThat(lines).containsExactly("one", "three", "four");
    assertThat(places.getLast()).isEqualTo(place(path, 1, 15));
  }

  @Test
  void linesThatCrossTheBufferAreWhole() throws Exception {
    List<String> written = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      written.add(i + "x".repeat(60_000 + i));
    }
    append(path, String.join("\n", written) + "\n");
    drain();
    assertThat(lines).isEqualTo(written);
    assertThat(places.getLast()).isEqualTo(place(path, 0, Files.size(path)));
  }

  @Test
  void readingGoesOnWhereItStopped() throws Exception {
    append(path, "one\ntwo\n");
    drain();
    JournalPosition after = places.getFirst();
    restart(after);
    drain();
    assertThat(lines).containsExactly("two");
    assertThat(places).containsExactly(place(path, 0, 8));
  }

  @Test
  void afterARotationTheOldFileIsReadToItsEndFirst() throws Exception {
    append(path, "one\n");
    drain();
    rotate();
    append(old(), "two\n");
    append(path, "three\n");
    append(old(), "four\n");
    drain();
    assertThat(lines).containsExactly("one", "two", "four", "three");
    assertThat(places.get(2)).isEqualTo(place(old(), 0, 13));
    assertThat(places.get(3)).isEqualTo(place(path, 0, 6));
  }

  @Test
  void aLineThatCameBetweenTheOldFilesEndAndTheNewFileIsNotLost() throws Exception {
    append(path, "one\n");
    drain();
    rotate();
    append(path, "three\n");
    // The reader has just seen the old file's end, and sees the new file now. Envoy wrote this before it opened the new one.
    assertThat(step()).isTrue();
    append(old(), "two\n");
    drain();
    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void whileThereIsNoNewFileTheOldOneIsFollowed() throws Exception {
    append(path, "one\n");
    drain();
    rotate();
    append(old(), "two\n");
    drain();
    assertThat(lines).containsExactly("one", "two");
    append(old(), "three\n");
    drain();
    append(path, "four\n");
    drain();
    assertThat(lines).containsExactly("one", "two", "three", "four");
  }

  @Test
  void twoRotationsInARow() throws Exception {
    append(path, "one\n");
    drain();
    rotate();
    append(path, "two\n");
    drain();
    Files.move(old(), folder.resolve("hops.jsonl.2"));
    rotate();
    append(path, "three\n");
    drain();
    assertThat(lines).containsExactly("one", "two", "three");
  }

  @Test
  void aTornLineOfTheOldFileIsNotPutBeforeTheNewFile() throws Exception {
    append(path, "one\nto");
    drain();
    rotate();
    append(path, "three\n");
    drain();
    assertThat(lines).containsExactly("one", "three");
    assertThat(places.getLast()).isEqualTo(place(path, 0, 6));
  }

  @Test
  void afterARestartTheRotatedFileIsReadToItsEndFirst() throws Exception {
    append(path, "one\n");
    drain();
    JournalPosition after = places.getFirst();
    append(path, "two\n");
    rotate();
    append(path, "three\n");
    restart(after);
    drain();
    assertThat(lines).containsExactly("two", "three");
    assertThat(places).containsExactly(place(old(), 0, 8), place(path, 0, 6));
    append(path, "four\n");
    drain();
    assertThat(lines).containsExactly("two", "three", "four");
  }

  @Test
  void afterARestartAnotherFileIsReadFromItsBeginning() throws Exception {
    append(path, "one\ntwo\n");
    restart(new JournalPosition("hops.jsonl", inode(path) + 1, 3, 6));
    drain();
    assertThat(lines).containsExactly("one", "two");
    assertThat(places.getLast()).isEqualTo(place(path, 0, 8));
  }

  @Test
  void aFileThatBecameShorterIsAnotherGeneration() throws Exception {
    append(path, "a long first line\nto");
    drain();
    truncate();
    append(path, "b\n");
    drain();
    assertThat(lines).containsExactly("a long first line", "b");
    assertThat(places.getLast()).isEqualTo(place(path, 1, 2));
    truncate();
    drain();
    append(path, "c\n");
    drain();
    assertThat(places.getLast()).isEqualTo(place(path, 2, 2));
  }

  @Test
  void aFileThatBecameShorterWhileNobodyLookedIsAnotherGeneration() throws Exception {
    append(path, "a long first line\n");
    drain();
    JournalPosition after = places.getFirst();
    truncate();
    append(path, "b\n");
    restart(after);
    drain();
    assertThat(lines).containsExactly("b");
    assertThat(places).containsExactly(place(path, 1, 2));
  }

  @Test
  void aLineIsCutOneByteAboveTheLongest() throws Exception {
    append(path, "x".repeat(JournalFile.LONGEST_LINE) + "\n" + "y".repeat(JournalFile.LONGEST_LINE + 1) + "\n" + "z".repeat(3 * 256 * 1024) + "\nend\n");
    drain();
    assertThat(lines).extracting(String::length).containsExactly(JournalFile.LONGEST_LINE, JournalFile.LONGEST_LINE + 1, JournalFile.LONGEST_LINE + 1, 3);
    assertThat(places.getLast()).isEqualTo(place(path, 0, Files.size(path)));
  }

  private boolean step() throws IOException, InterruptedException {
    return file.read((line, after) -> {
      lines.add(new String(line, StandardCharsets.UTF_8));
      places.add(after);
    });
  }

  private void drain() throws IOException, InterruptedException {
    int steps = 0;
    while (step()) {
      assertThat(++steps).as("reading never comes to an end").isLessThan(10_000);
    }
  }

  private void restart(JournalPosition from) {
    file.close();
    lines.clear();
    places.clear();
    file = new JournalFile(path, from);
  }

  private void rotate() throws IOException {
    Files.move(path, old());
  }

  private Path old() {
    return folder.resolve("hops.jsonl.1");
  }

  private void truncate() throws IOException {
    Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
  }

  private static JournalPosition place(Path of, long generation, long offset) throws IOException {
    return new JournalPosition("hops.jsonl", inode(of), generation, offset);
  }

  static long inode(Path of) throws IOException {
    return ((Number) Files.getAttribute(of, "unix:ino")).longValue();
  }

  static void append(Path to, String text) throws IOException {
    Files.writeString(to, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
