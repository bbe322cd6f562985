package dev.exchequer.server.journal;

import static dev.exchequer.server.journal.JournalFileTest.append;
import static dev.exchequer.server.journal.JournalFileTest.inode;
import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.ledger.Command.JournalPosition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTailerTest {
  @TempDir Path folder;
  private final FakeLedger ledger = new FakeLedger();
  private final AtomicInteger read = new AtomicInteger();
  private final AtomicInteger quarantined = new AtomicInteger();
  private Path path = Path.of("");
  private @Nullable JournalTailer tailer;

  private final JournalTailer.Observer observer =
      new JournalTailer.Observer() {
        @Override
        public void line(String file) {
          read.incrementAndGet();
        }

        @Override
        public void quarantined(String file) {
          quarantined.incrementAndGet();
        }
      };

  @BeforeEach
  void name() {
    path = folder.resolve("requests.jsonl");
  }

  @AfterEach
  void stop() {
    if (tailer != null) {
      tailer.close();
    }
  }

  @Test
  void appliesLinesInOrderWithThePlaceAfterThem() throws IOException {
    append(path, end("a") + end("b"));
    start(null);
    ledger.has(2);
    append(path, end("c"));
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "b", "c");
    long line = end("a").length();
    assertThat(ledger.applied).extracting(FakeLedger.Applied::after).containsExactly(at(line), at(2 * line), at(3 * line));
    assertThat(read).hasValue(3);
    assertThat(quarantined).hasValue(0);
  }

  /** Found by the simulator: a machine that dies leaves half a line, and Envoy goes on right behind it. */
  @Test
  void theLineAfterOneThatATornTailSwallowedIsNotLost() throws IOException {
    append(path, end("a") + "{\"v\":1,\"kind\":\"DownstreamEnd\",\"request\":\"b\",\"meter\":{\"usage\":\"{\\\"pro");
    append(path, end("c") + end("d"));
    start(null);
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "c", "d");
    assertThat(quarantined).hasValue(1);
  }

  @Test
  void tellsHowFarItIsBehind() throws IOException {
    start(null);
    JournalTailer running = java.util.Objects.requireNonNull(tailer);
    assertThat(running.behindBytes()).as("no file").isZero();
    append(path, end("a") + end("b"));
    Eventually.is(() -> running.behindBytes() == 0 && ledger.applied.size() == 2);
    ledger.down = true;
    append(path, end("c") + end("d"));
    Eventually.is(() -> ledger.asked.size() > 4);
    assertThat(running.behindBytes()).isEqualTo(2L * end("c").length());
    ledger.down = false;
    append(path, "{\"torn");
    Eventually.is(() -> ledger.applied.size() >= 4 && running.behindBytes() == 6);
  }

  @Test
  void aHopsFileHasHops() throws IOException {
    path = folder.resolve("hops.jsonl");
    append(path, "{\"kind\":\"DownstreamEnd\",\"hold\":\"r/2\",\"status\":200}\n");
    tailer = new JournalTailer(path, null, true, id -> Optional.empty(), ledger, observer, new JournalRotation(path, Long.MAX_VALUE, () -> {}));
    ledger.has(1);
    assertThat(ledger.applied.getFirst().event())
        .isInstanceOfSatisfying(JournalEvent.HopEnd.class, hop -> assertThat(hop.id()).isEqualTo(new HoldId("r", 2)));
    assertThat(ledger.applied.getFirst().after().file()).isEqualTo("hops.jsonl");
  }

  @Test
  void aFileMayComeLater() throws IOException {
    start(null);
    append(path, end("a"));
    ledger.has(1);
    assertThat(ledger.requests()).containsExactly("a");
  }

  @Test
  void goesOnFromThePlaceThatTheLedgerKept() throws IOException {
    append(path, end("a") + end("b") + end("c"));
    start(at(end("a").length()));
    ledger.has(2);
    assertThat(ledger.requests()).containsExactly("b", "c");
  }

  @Test
  void aTornLastLineWaitsForItsRest() throws IOException {
    String torn = end("b");
    append(path, end("a") + torn.substring(0, 20));
    start(null);
    ledger.has(1);
    append(path, torn.substring(20, 30));
    append(path, torn.substring(30) + end("c"));
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "b", "c");
    assertThat(quarantined).hasValue(0);
  }

  @Test
  void aTornLineIsReadWholeAfterARestart() throws IOException {
    String torn = end("b");
    append(path, end("a") + torn.substring(0, 20));
    start(null);
    ledger.has(1);
    stop();
    append(path, torn.substring(20));
    start(ledger.applied.getFirst().after());
    ledger.has(2);
    assertThat(ledger.requests()).containsExactly("a", "b");
  }

  @Test
  void aRotatedFileIsReadToItsEndFirst() throws IOException {
    append(path, end("a"));
    start(null);
    ledger.has(1);
    Path old = folder.resolve("requests.jsonl.1");
    Files.move(path, old);
    append(old, end("b"));
    append(path, end("c"));
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "b", "c");
    assertThat(ledger.applied.getLast().after()).isEqualTo(at(end("c").length()));
  }

  @Test
  void aFileThatWasRotatedWhileTheServiceWasDownIsReadToItsEndFirst() throws IOException {
    append(path, end("a"));
    start(null);
    ledger.has(1);
    stop();
    append(path, end("b"));
    Files.move(path, folder.resolve("requests.jsonl.1"));
    append(path, end("c"));
    start(ledger.applied.getFirst().after());
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "b", "c");
  }

  @Test
  void aFileThatBecameShorterIsAnotherGeneration() throws IOException {
    append(path, end("a") + end("b"));
    start(null);
    ledger.has(2);
    Files.write(path, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    append(path, end("c"));
    ledger.has(3);
    assertThat(ledger.requests()).containsExactly("a", "b", "c");
    assertThat(ledger.applied.getLast().after()).isEqualTo(new JournalPosition("requests.jsonl", inode(path), 1, end("c").length()));
  }

  @Test
  void garbageIsKeptAsideAndThePlaceMovesOn() throws IOException {
    append(path, "not json\n" + end("a") + "[1]\n" + "{\"kind\":\n" + end("b"));
    start(null);
    ledger.has(5);
    assertThat(ledger.requests()).containsExactly("-", "a", "-", "-", "b");
    assertThat(ledger.applied.getFirst().event()).isEqualTo(new JournalEvent.Nothing());
    assertThat(ledger.applied.getFirst().after()).isEqualTo(at(9));
    assertThat(keptAside()).containsExactly("not json", "[1]", "{\"kind\":");
    assertThat(quarantined).hasValue(3);
    assertThat(read).hasValue(2);
  }

  @Test
  void aLineThatIsTooLongIsKeptAsideCutAndThePlaceMovesOn() throws IOException {
    String fits = padded("a", JournalFile.LONGEST_LINE);
    String tooLong = padded("b", JournalFile.LONGEST_LINE + 1);
    String farTooLong = padded("c", 600_000);
    append(path, fits + "\n" + tooLong + "\n" + farTooLong + "\n" + end("d"));
    start(null);
    ledger.has(4);
    assertThat(ledger.requests()).containsExactly("a", "-", "-", "d");
    assertThat(ledger.applied.getLast().after()).isEqualTo(at(Files.size(path)));
    assertThat(keptAside()).containsExactly(tooLong.substring(0, JournalFile.LONGEST_LINE), farTooLong.substring(0, JournalFile.LONGEST_LINE));
    assertThat(quarantined).hasValue(2);
  }

  @Test
  void aLedgerThatIsDownIsAskedAgainInOrder() throws IOException {
    ledger.down = true;
    append(path, end("a") + end("b"));
    start(null);
    Eventually.is(() -> ledger.asked.size() >= 4);
    JournalPosition afterA = at(end("a").length());
    assertThat(ledger.asked.get(1).after()).as("both at once").isEqualTo(at(end("a").length() + end("b").length()));
    assertThat(ledger.asked.subList(2, 4)).as("then the first alone").allSatisfy(asked -> assertThat(asked.after()).isEqualTo(afterA));
    ledger.down = false;
    ledger.has(2);
    assertThat(ledger.requests()).containsExactly("a", "b");
    assertThat(keptAside()).isEmpty();
    assertThat(read).hasValue(2);
  }

  @Test
  void aLedgerThatThrowsAtOnceIsAskedAgainToo() throws IOException {
    ledger.downAtOnce = true;
    append(path, end("a"));
    start(null);
    Eventually.is(() -> ledger.asked.size() >= 2);
    ledger.downAtOnce = false;
    ledger.has(1);
    assertThat(ledger.requests()).containsExactly("a");
    assertThat(keptAside()).isEmpty();
  }

  @Test
  void aLineThatCannotBeDecidedIsKeptAsideAndThePlaceMovesOn() throws IOException {
    ledger.undecidable = "request=bad";
    append(path, end("a") + end("bad") + end("c"));
    start(null);
    ledger.has(4);
    assertThat(ledger.requests()).as("what came after it is applied again").containsExactly("a", "c", "-", "c");
    assertThat(ledger.applied.get(2)).isEqualTo(new FakeLedger.Applied(at(end("a").length() + end("bad").length()), new JournalEvent.Nothing()));
    assertThat(keptAside()).containsExactly(end("bad").strip());
    assertThat(quarantined).hasValue(1);
  }

  @Test
  void aPlaceThatCannotBeDecidedIsAskedAgainWithoutKeepingTheLineTwice() throws IOException {
    ledger.undecidable = "";
    append(path, end("bad") + end("b"));
    start(null);
    Eventually.is(() -> ledger.asked.size() >= 4);
    assertThat(quarantined).hasValue(1);
    ledger.undecidable = null;
    ledger.has(2);
    assertThat(ledger.requests()).containsExactly("-", "b");
    assertThat(keptAside()).containsExactly(end("bad").strip());
  }

  @Test
  void closesWhileTheLedgerIsDown() throws IOException {
    ledger.down = true;
    append(path, end("a"));
    start(null);
    Eventually.is(() -> !ledger.asked.isEmpty());
    stop();
    assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().equals("journal-requests.jsonl") && thread.isAlive());
    assertThat(ledger.applied).isEmpty();
  }

  private void start(@Nullable JournalPosition from) {
    tailer = new JournalTailer(path, from, false, id -> Optional.empty(), ledger, observer, new JournalRotation(path, Long.MAX_VALUE, () -> {}));
  }

  private JournalPosition at(long offset) throws IOException {
    return new JournalPosition("requests.jsonl", inode(path), 0, offset);
  }

  private List<String> keptAside() throws IOException {
    Path file = folder.resolve("quarantine.jsonl");
    return Files.exists(file) ? Files.readAllLines(file) : List.of();
  }

  private static String end(String request) {
    return "{\"kind\":\"DownstreamEnd\",\"request\":\"" + request + "\",\"status\":200}\n";
  }

  private static String padded(String request, int length) {
    String line = "{\"kind\":\"DownstreamEnd\",\"request\":\"" + request + "\",\"pad\":\"\"}";
    return line.substring(0, line.length() - 2) + "x".repeat(length - line.length()) + "\"}";
  }
}
