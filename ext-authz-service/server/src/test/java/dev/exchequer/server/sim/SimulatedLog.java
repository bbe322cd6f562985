package dev.exchequer.server.sim;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.ledger.Command.JournalPosition;
import dev.exchequer.policy.Meter;
import dev.exchequer.server.journal.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The journal folder of one gateway's machine. Envoy appends whole lines, which survive every process; when the machine dies, whatever was not synced may be
 * missing from any byte on.
 */
final class SimulatedLog implements EnvoyLog, LogFiles {
  static final Path HOPS = Path.of("hops.jsonl");
  static final Path REQUESTS = Path.of("requests.jsonl");

  private static final class Content {
    private byte[] bytes = new byte[256];
    private int size;
    private int synced;
  }

  private final Map<Path, Content> files = new HashMap<>();
  private final Simulator world;
  private final String gateway;
  /** Attempts whose end is in the log whole, with what was reported. */
  private final Map<HoldId, Boolean> ends = new HashMap<>();

  SimulatedLog(Simulator world, String gateway) {
    this.world = world;
    this.gateway = gateway;
  }

  @Override
  public void progress(HoldId id) {
    append(HOPS, line("DownstreamPeriodic", id, 0, true, "", "{}"));
  }

  @Override
  public void end(HoldId id, Evidence evidence) {
    boolean usage = evidence.usage().reported();
    Map<Meter, Long> meters = evidence.usage().meters();
    String tokens = usage ? "\"usage\":\"{\\\"prompt_tokens\\\":" + small(meters, Meter.INPUT) + ",\\\"completion_tokens\\\":" + small(meters, Meter.OUTPUT) + "}\"," : "";
    String meter =
        "{" + tokens + "\"local\":\"" + evidence.local() + "\",\"finish_reason\":\"" + evidence.finishReason() + "\",\"streamed\":" + evidence.streamed() + ",\"released\":" + evidence.released()
            + ",\"events\":" + evidence.events() + ",\"text_bytes\":" + evidence.textBytes() + "}";
    append(HOPS, line("DownstreamEnd", id, evidence.status(), evidence.upstreamSeen(), evidence.clientGone() ? "DC" : "", meter));
    ends.merge(id, usage, Boolean::logicalOr);
    if (world.faults().twice()) {
      append(HOPS, line("DownstreamEnd", id, evidence.status(), evidence.upstreamSeen(), "", meter));
    }
  }

  private static long small(Map<Meter, Long> meters, Meter meter) {
    return Math.min(1_000_000, meters.getOrDefault(meter, 0L));
  }

  private static String line(String kind, HoldId id, int status, boolean upstream, String flags, String meter) {
    return "{\"v\":1,\"kind\":\"" + kind + "\",\"hold\":\"" + id + "\",\"status\":" + status + ",\"flags\":\"" + flags + "\",\"ms\":5,\"upstream\":" + (upstream ? "\"10.0.0.1:443\"" : "null")
        + ",\"meter\":" + meter + "}";
  }

  @Override
  public void over(String request, int status) {
    append(REQUESTS, "{\"v\":1,\"kind\":\"DownstreamEnd\",\"request\":\"" + request + "\",\"status\":" + status + ",\"flags\":\"\"}");
  }

  private void append(Path path, String line) {
    byte[] more = (line + "\n").getBytes(StandardCharsets.UTF_8);
    world.scheduler().trace(gateway + " " + path + " " + line);
    Content file = files.computeIfAbsent(path, p -> new Content());
    if (file.bytes.length < file.size + more.length) {
      file.bytes = Arrays.copyOf(file.bytes, 2 * (file.size + more.length));
    }
    System.arraycopy(more, 0, file.bytes, file.size, more.length);
    file.size += more.length;
    if (world.scheduler().oneIn(6)) {
      file.synced = file.size;
    }
    world.appended(gateway);
  }

  /** The machine died. */
  void torn() {
    for (Content file : files.values()) {
      file.size = file.synced + (file.size > file.synced ? world.scheduler().random.nextInt(file.size - file.synced + 1) : 0);
    }
    ends.clear(); // which of them are whole is not worth knowing
  }

  /** Ends that are in the log, and whether they report usage. */
  Map<HoldId, Boolean> ends() {
    return ends;
  }

  /** Whether the ledger has read it to its end. */
  boolean readTo(Path path, JournalPosition place) {
    Content file = files.get(path);
    return file == null || place.offset() >= file.size;
  }

  @Override
  public long inode(Path path) throws IOException {
    if (!exists(path)) {
      throw new NoSuchFileException(path.toString());
    }
    return path.equals(HOPS) ? 1 : 2;
  }

  @Override
  public boolean exists(Path path) {
    return files.containsKey(path);
  }

  @Override
  public Open open(Path path) throws IOException {
    Content file = files.get(path);
    if (file == null) {
      throw new NoSuchFileException(path.toString());
    }
    return new Open() {
      @Override
      public long size() {
        return file.size;
      }

      @Override
      public int read(ByteBuffer into, long from) {
        int length = (int) Math.min(into.remaining(), file.size - from);
        if (length <= 0) {
          return -1;
        }
        into.put(file.bytes, (int) from, length);
        return length;
      }

      @Override
      public void close() {}
    };
  }
}
