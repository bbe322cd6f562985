package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
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
import picocli.CommandLine;

/** Against an admin API that has one chain of lines and gives two a page. */
class ExportCommandTest {
  private static final int PAGE = 2;

  @TempDir Path data = Path.of("");
  private final List<String> lines = new ArrayList<>(List.of("one", "two", "three"));
  private final List<String> asked = new ArrayList<>();
  private int breaksAfter = Integer.MAX_VALUE;
  private StringWriter out = new StringWriter();
  private StringWriter err = new StringWriter();
  private HttpServer server = server();

  private static HttpServer server() {
    try {
      return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void running() {
    server.createContext("/api/v1/export/", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    asked.add(exchange.getRequestURI().getPath() + "?" + query);
    int from = number(query, "from", 0);
    int end = number(query, "until", lines.size());
    int next = Math.min(end, from + PAGE);
    StringBuilder body = new StringBuilder(query.contains("format=csv") && query.contains("header=true") ? "title\n" : "");
    lines.subList(from, next).forEach(line -> body.append(line).append('\n'));
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("X-Exchequer-Next-Cursor", "1:" + next);
    exchange.getResponseHeaders().add("X-Exchequer-End-Cursor", "1:" + end);
    exchange.getResponseHeaders().add("X-Exchequer-Count", Integer.toString(next - from));
    exchange.sendResponseHeaders(asked.size() > breaksAfter ? 503 : 200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static int number(String query, String name, int absent) {
    for (String pair : query.split("&")) {
      if (pair.startsWith(name + "=1:")) {
        return Integer.parseInt(pair.substring(name.length() + 3));
      }
    }
    return absent;
  }

  private int export(String... args) {
    out = new StringWriter();
    err = new StringWriter();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--admin-url", "http://127.0.0.1:" + server.getAddress().getPort(), "--token", "secret"));
    CommandLine line = new CommandLine(new ExportCommand()).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler((exception, failed, parsed) -> {
      failed.getErr().println(exception.getMessage());
      return exception instanceof CommandFailed ? 1 : 99;
    });
    return line.execute(all.toArray(String[]::new));
  }

  @Test
  void aRangeIsWrittenPageByPageAndWhatIsNewIsAddedLater() throws IOException {
    Path file = data.resolve("entries.csv");
    assertThat(export("entries", "--format", "csv", "--to", file.toString())).isZero();
    assertThat(file).hasContent("title\none\ntwo\nthree\n");
    assertThat(out.toString()).isEqualTo(file + ": 3 entries added, up to cursor 1:3\n");
    assertThat(err.toString()).isEqualTo("2 entries, cursor 1:2 of 1:3\n3 entries, cursor 1:3 of 1:3\n");
    assertThat(asked).containsExactly("/api/v1/export/entries?format=csv&from=0&header=true", "/api/v1/export/entries?format=csv&from=1:2&until=1:3&header=false");
    assertThat(data.resolve("entries.csv.cursor")).hasContent("entries csv 20 1:3\n");

    lines.add("four");
    assertThat(export("entries", "--format", "csv", "--to", file.toString())).isZero();
    assertThat(file).hasContent("title\none\ntwo\nthree\nfour\n");
    assertThat(out.toString()).isEqualTo(file + ": 1 entries added, up to cursor 1:4\n");
  }

  @Test
  void aBrokenExportGoesOnWhereItsNoteSays() throws IOException {
    Path file = data.resolve("receipts.jsonl");
    breaksAfter = 1;
    assertThat(export("receipts", "--to", file.toString())).isOne();
    assertThat(err.toString()).contains("the admin API answered 503");
    Files.writeString(file, "half a li", StandardOpenOption.APPEND);
    breaksAfter = Integer.MAX_VALUE;
    assertThat(export("receipts", "--to", file.toString())).isZero();
    assertThat(file).hasContent("one\ntwo\nthree\n");
    assertThat(asked.getLast()).isEqualTo("/api/v1/export/receipts?format=jsonl&from=1:2&header=false");
  }

  @Test
  void aPartGoesToAFileOfItsOwn() throws IOException {
    Path file = data.resolve("part.jsonl");
    assertThat(export("entries", "--from", "1:1", "--until", "1:2", "--to", file.toString())).isZero();
    assertThat(file).hasContent("two\n");
    assertThat(export("entries", "--from", "1:2", "--to", file.toString())).isOne();
    assertThat(err.toString()).contains("goes on by itself: leave --from away");
  }

  @Test
  void correctionsOfHouseCostsAreNamedAsTheyAreAskedFor() throws IOException {
    Path file = data.resolve("house.jsonl");
    assertThat(export("house-corrections", "--until", "1:2", "--to", file.toString())).isZero();
    assertThat(asked.getFirst()).startsWith("/api/v1/export/house-corrections?format=jsonl&from=0&until=1:2");
    assertThat(out.toString()).contains(" house-corrections added");
  }

  @Test
  void aFileThatNoExportMadeIsNotChanged() throws IOException {
    Path file = Files.writeString(data.resolve("mine.txt"), "mine");
    assertThat(export("entries", "--to", file.toString())).isOne();
    assertThat(err.toString()).contains("an export never replaces a file");
    Path entries = data.resolve("e.jsonl");
    assertThat(export("entries", "--to", entries.toString())).isZero();
    assertThat(export("receipts", "--to", entries.toString())).isOne();
    assertThat(err.toString()).contains("has entries as jsonl: give another file for receipts as jsonl");
    Files.writeString(entries, "one\n");
    assertThat(export("entries", "--to", entries.toString())).isOne();
    assertThat(err.toString()).contains("it was changed, give another file");
    assertThat(file).hasContent("mine");
    assertThat(asked).hasSize(2);
  }
}
