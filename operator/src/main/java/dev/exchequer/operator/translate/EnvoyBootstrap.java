package dev.exchequer.operator.translate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The file that Envoy starts with, made from the template {@code bootstrap.yaml} beside this class; and the command line that belongs to it. */
public final class EnvoyBootstrap {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([A-Za-z0-9.]+)}");
  private static final String METER_INDENT = " ".repeat(18);

  /**
   * @param socketsDir holds admit.sock, money.sock, xds.sock and Envoy's own envoy.sock; at most 60 characters, as a Unix socket's path ends at 107 bytes
   * @param journalDir gets requests.jsonl and hops.jsonl
   * @param meter source of the Lua filter of the hop layer
   * @param maxRequestBytes a longer body is refused with 413
   * @param checkTimeoutMs how long a Check (admit, hold) may take
   * @param concurrency worker threads
   * @param drainSeconds how long running requests may go on after a drain began
   * @param maxConnections from clients, at once
   * @param maxHeapBytes at 95 % of it new requests are refused
   */
  public record Settings(
      String nodeId,
      String listenAddress,
      int port,
      Path socketsDir,
      Path journalDir,
      String meter,
      long maxRequestBytes,
      long checkTimeoutMs,
      int concurrency,
      int drainSeconds,
      long maxConnections,
      long maxHeapBytes) {
    private static final long MAX_REQUEST_BYTES = 512L << 20;

    public Settings {
      if (port < 1 || port > 65535 || maxRequestBytes < 1024 || maxRequestBytes > MAX_REQUEST_BYTES || checkTimeoutMs < 1 || concurrency < 1) {
        throw new IllegalArgumentException("not a port, body limit, timeout or number of workers: " + port + ", " + maxRequestBytes + ", " + checkTimeoutMs);
      }
      if (socketsDir.toString().length() > 60) {
        throw new IllegalArgumentException("the folder of the sockets has a path of more than 60 characters: " + socketsDir);
      }
    }

    /** 32 MiB bodies, 2 s for a Check, 2 workers, 30 s of draining, 20,000 connections, 2 GiB of heap. */
    public static Settings defaults(String nodeId, String listenAddress, int port, Path socketsDir, Path journalDir, String meter) {
      return new Settings(nodeId, listenAddress, port, socketsDir, journalDir, meter, 32L << 20, 2000, 2, 30, 20_000, 2L << 30);
    }

    /** Envoy's admin interface. */
    public Path adminSocket() {
      return socketsDir.resolve("envoy.sock");
    }

    public Path xdsSocket() {
      return socketsDir.resolve("xds.sock");
    }
  }

  private EnvoyBootstrap() {}

  /** The bootstrap as YAML text. */
  public static String render(Settings settings) {
    Map<String, String> values = values(settings);
    return PLACEHOLDER
        .matcher(Texts.read("bootstrap.yaml"))
        .replaceAll(match -> Matcher.quoteReplacement(Objects.requireNonNull(values.get(match.group(1)), "no value for " + match.group())));
  }

  /**
   * Writes {@code bootstrap.yaml} into the folder of the sockets, whole or not at all: whoever starts Envoy waits for it.
   *
   * @return the file
   */
  public static Path write(Settings settings) throws IOException {
    Path file = Files.createDirectories(settings.socketsDir()).resolve("bootstrap.yaml");
    Path next = Files.writeString(settings.socketsDir().resolve("bootstrap.yaml.next"), render(settings));
    return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * How Envoy is started on the bootstrap. What stands here has no place in the file: the number of workers, the time to drain, and the flush of the file
   * access logs, which are the journal, every 100 ms (Envoy's default is 10 s or 64 KiB, lost by kill -9).
   */
  public static List<String> command(Path envoy, Path bootstrap, Settings settings) {
    return List.of(
        envoy.toString(), "-c", bootstrap.toString(),
        "--concurrency", Integer.toString(settings.concurrency()),
        "--file-flush-interval-msec", "100",
        "--drain-time-s", Integer.toString(settings.drainSeconds()),
        "--disable-hot-restart");
  }

  /** The product's meter, from the class path. */
  public static String meter() {
    return Texts.read("/dev/exchequer/operator/envoy/meter.lua");
  }

  private static Map<String, String> values(Settings settings) {
    Function<String, String> socket = name -> text(settings.socketsDir().resolve(name).toString());
    Map<String, String> values = new HashMap<>(LocalReplies.placeholders());
    values.put("nodeId", text(settings.nodeId()));
    values.put("listenAddress", text(settings.listenAddress()));
    values.put("port", Integer.toString(settings.port()));
    values.put("adminSocket", text(settings.adminSocket().toString()));
    values.put("xdsSocket", text(settings.xdsSocket().toString()));
    values.put("admitSocket", socket.apply("admit.sock"));
    values.put("moneySocket", socket.apply("money.sock"));
    values.put("requestsLog", text(settings.journalDir().resolve("requests.jsonl").toString()));
    values.put("hopsLog", text(settings.journalDir().resolve("hops.jsonl").toString()));
    values.put("maxRequestBytes", Long.toString(settings.maxRequestBytes()));
    // an admitted body and what its edits add
    values.put("bufferBytes", Long.toString(settings.maxRequestBytes() + (2 << 20)));
    values.put("windowBytes", Long.toString(2 * settings.maxRequestBytes() + (64 << 10)));
    values.put("checkTimeout", text(settings.checkTimeoutMs() / 1000 + "." + String.format("%03d", settings.checkTimeoutMs() % 1000) + "s"));
    values.put("maxConnections", Long.toString(settings.maxConnections()));
    values.put("maxHeapBytes", Long.toString(settings.maxHeapBytes()));
    values.put("meter", "|2\n" + settings.meter().lines().map(line -> line.isEmpty() ? "" : METER_INDENT + line).reduce((a, b) -> a + "\n" + b).orElse(""));
    return values;
  }

  /** A YAML double-quoted scalar. */
  static String text(String value) {
    return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }
}
