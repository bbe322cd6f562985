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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalRotationTest {
  @TempDir Path folder;
  private int asked;

  @Test
  void nothingIsLostOnTheWay() throws Exception {
    Path file = folder.resolve("hops.jsonl");
    Files.writeString(file, "a\nb\n");
    JournalFile reader = new JournalFile(file, null);
    JournalRotation rotation = new JournalRotation(file, 3, () -> asked++);
    List<String> lines = new ArrayList<>();
    drain(reader, lines);
    rotation.atEnd();
    assertThat(asked).isEqualTo(1);
    assertThat(file).doesNotExist();
    // Envoy has not reopened yet: it still writes to the file that is called .1 now
    Files.writeString(folder.resolve("hops.jsonl.1"), "c\n", StandardOpenOption.APPEND);
    drain(reader, lines);
    rotation.atEnd();
    assertThat(asked).as("asked again until there is a new file").isEqualTo(2);
    Files.writeString(folder.resolve("hops.jsonl.1"), "d\n", StandardOpenOption.APPEND);
    Files.writeString(file, "e\n");
    drain(reader, lines);
    rotation.atEnd();
    assertThat(lines).containsExactly("a", "b", "c", "d", "e");
    assertThat(asked).isEqualTo(2);
    reader.close();
  }

  @Test
  void aSmallFileStaysAndAnEnvoyThatIsAwayIsAskedAgain() throws Exception {
    Path file = folder.resolve("requests.jsonl");
    Files.writeString(file, "a\n");
    new JournalRotation(file, 10, () -> asked++).atEnd();
    assertThat(asked).isZero();
    JournalRotation rotation =
        new JournalRotation(
            file, 1,
            () -> {
              asked++;
              throw new IOException("nobody there");
            });
    rotation.atEnd();
    rotation.atEnd();
    assertThat(asked).isEqualTo(2);
  }

  private static void drain(JournalFile reader, List<String> lines) throws IOException, InterruptedException {
    boolean more = true;
    while (more) {
      more = reader.read((byte[] line, JournalPosition after) -> lines.add(new String(line, StandardCharsets.UTF_8)));
    }
  }
}
