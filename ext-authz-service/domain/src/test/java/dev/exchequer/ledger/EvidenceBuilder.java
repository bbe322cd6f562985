package dev.exchequer.ledger;

import dev.exchequer.fallback.Evidence;
import dev.exchequer.policy.Meter;
import dev.exchequer.pricing.Usage;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Evidence piece by piece; what is not said is as in a complete JSON answer without usage. */
public final class EvidenceBuilder {
  Evidence.From from = Evidence.From.SETTLE;
  int status = 200;
  String local = "";
  String encoding = "";
  Usage usage = Usage.NOTHING;
  String finish = "stop";
  String tier = "";
  boolean errorSeen;
  boolean streamed;
  boolean released;
  boolean complete = true;
  boolean clientGone;
  boolean upstreamSeen = true;
  long events;
  long textBytes;
  long outputItems = 1;

  public Evidence build() {
    return new Evidence(
        from, status, local, encoding, usage, null, "", tier, "", finish, errorSeen, streamed, released, complete, clientGone, upstreamSeen, events, textBytes,
        outputItems, 5, 10, null, -1);
  }

  EvidenceBuilder stream(long dataEvents, long bytes) {
    streamed = true;
    released = true;
    events = dataEvents;
    textBytes = bytes;
    outputItems = 0;
    return this;
  }

  /** It stopped before its end. */
  EvidenceBuilder cut() {
    complete = false;
    finish = "";
    return this;
  }

  EvidenceBuilder status(int other) {
    status = other;
    outputItems = 0;
    finish = "";
    return cut();
  }

  EvidenceBuilder local(int localStatus, String flags) {
    local = flags;
    upstreamSeen = false;
    return status(localStatus);
  }

  EvidenceBuilder reports(long input, long output) {
    usage = new Usage(Map.of(Meter.INPUT, input, Meter.OUTPUT, output), from == Evidence.From.SETTLE ? Usage.Source.PROVIDER : Usage.Source.JOURNAL);
    return this;
  }

  /** Any way to end, with any usage. */
  public static EvidenceBuilder any(Random random, Evidence.From from) {
    EvidenceBuilder evidence = new EvidenceBuilder();
    evidence.from = from;
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3 -> evidence.stream(random.nextInt(20), random.nextInt(300)).released = random.nextBoolean();
      case 4 -> evidence.status(List.of(400, 401, 408, 429, 500, 503).get(random.nextInt(6)));
      case 5 -> evidence.status(429);
      case 6 -> evidence.local(503, List.of("UF connect", "NC none", "UO full", "UC reset").get(random.nextInt(4)));
      case 7 -> evidence.local(504, random.nextBoolean() ? "UT upstream_per_try_timeout" : "UT response_timeout");
      case 8 -> {
        evidence.status(0).clientGone = true;
        evidence.upstreamSeen = random.nextBoolean();
      }
      case 9 -> evidence.encoding = "br";
      case 10 -> {
        evidence.errorSeen = true;
        evidence.released = random.nextBoolean();
      }
      case 11 -> {
        evidence.finish = "content_filter";
        evidence.outputItems = 0;
      }
      case 12 -> evidence.stream(random.nextInt(20), random.nextInt(300)).cut();
      default -> evidence.stream(random.nextInt(20), random.nextInt(300)).cut().clientGone = true;
    }
    return evidence.usage(random);
  }

  private EvidenceBuilder usage(Random random) {
    return switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5, 6 -> this;
      case 7, 8 -> reports(0, 0);
      case 9 -> {
        long cached = absurd(random);
        usage = new Usage(Map.of(Meter.INPUT, absurd(random), Meter.CACHE_READ, cached, Meter.OUTPUT, absurd(random)), Usage.Source.PROVIDER);
        yield this;
      }
      default -> reports(random.nextInt(1000), random.nextInt(100));
    };
  }

  private static long absurd(Random random) {
    return List.of(1_000_000L, 1_000_000_000L, 1_000_000_000_000_000L, Long.MAX_VALUE / 2, Long.MAX_VALUE).get(random.nextInt(5));
  }
}
