package dev.exchequer.cli.mock;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a model's name asks for. A name that asks for nothing is served like `ok`.
 *
 * @param delayMs before the answer; for SLOW_STREAM between two chunks
 * @param usage the numbers to report; null = the words of input and answer; with STATUS null = none
 * @param tier the service tier that it says it served, null = it does not say
 */
record Behaviour(Kind kind, int status, long delayMs, @Nullable Tokens usage, @Nullable String tier) {
  enum Kind {
    OK, STATUS, HANG, HANG_AFTER_HEADERS, DIE_MID_STREAM, NO_USAGE, SPLIT_USAGE, CRLF, GZIP, FORGED, BAD_USAGE_NEGATIVE, BAD_USAGE_HUGE, BAD_USAGE_STRING,
    ERROR_IN_200, EMPTY_ERROR, SLOW_STREAM
  }

  /** What `mock-provider --help` and the quickstart tell about names. */
  static final String NAMES =
      "ok, slow-<n>ms, status-<code>, status-<code>-usage-<in>-<out>, hang, hang-after-headers, die-mid-stream, no-usage, split-usage, crlf, gzip, forged, usage-<in>-<out>, "
          + "usage-cached-<in>-<cached>-<out>, usage-tools-<in>-<out>-<calls>, zero-usage, bad-usage-negative, bad-usage-huge, bad-usage-string, error-in-200, empty-error, slow-stream-<n>ms, tier-<served tier>";

  private static final Pattern SLOW = Pattern.compile("slow-(stream-)?(\\d{1,6})ms");
  private static final Pattern STATUS = Pattern.compile("status-([1-5]\\d\\d)(?:-usage-(\\d{1,9})-(\\d{1,9}))?");
  private static final Pattern TIER = Pattern.compile("tier-([a-z]{1,20})");
  private static final Pattern USAGE = Pattern.compile("usage-(\\d{1,9})-(\\d{1,9})");
  private static final Pattern TOOLS = Pattern.compile("usage-tools-(\\d{1,9})-(\\d{1,9})-(\\d{1,9})");
  private static final Pattern CACHED = Pattern.compile("usage-cached-(\\d{1,9})-(\\d{1,9})-(\\d{1,9})");

  static Behaviour of(String model) {
    Matcher slow = SLOW.matcher(model);
    if (slow.matches()) {
      return new Behaviour(slow.group(1) == null ? Kind.OK : Kind.SLOW_STREAM, 200, Long.parseLong(slow.group(2)), null, null);
    }
    Matcher status = STATUS.matcher(model);
    if (status.matches()) {
      Tokens billed = status.group(2) == null ? null : new Tokens(Long.parseLong(status.group(2)), 0, Long.parseLong(status.group(3)));
      return new Behaviour(Kind.STATUS, Integer.parseInt(status.group(1)), 0, billed, null);
    }
    Matcher tier = TIER.matcher(model);
    if (tier.matches()) {
      return new Behaviour(Kind.OK, 200, 0, new Tokens(100, 0, 10), tier.group(1));
    }
    Matcher usage = USAGE.matcher(model);
    if (usage.matches()) {
      return ok(new Tokens(Long.parseLong(usage.group(1)), 0, Long.parseLong(usage.group(2))));
    }
    Matcher cached = CACHED.matcher(model);
    if (cached.matches()) {
      return ok(new Tokens(Long.parseLong(cached.group(1)), Long.parseLong(cached.group(2)), Long.parseLong(cached.group(3))));
    }
    Matcher tools = TOOLS.matcher(model);
    if (tools.matches()) {
      return ok(new Tokens(Long.parseLong(tools.group(1)), 0, Long.parseLong(tools.group(2)), Long.valueOf(tools.group(3))));
    }
    return model.equals("zero-usage") ? ok(new Tokens(0, 0, 0)) : new Behaviour(named(model), 200, 0, null, null);
  }

  private static Behaviour ok(Tokens usage) {
    return new Behaviour(Kind.OK, 200, 0, usage, null);
  }

  private static Kind named(String model) {
    return switch (model) {
      case "hang" -> Kind.HANG;
      case "hang-after-headers" -> Kind.HANG_AFTER_HEADERS;
      case "die-mid-stream" -> Kind.DIE_MID_STREAM;
      case "no-usage" -> Kind.NO_USAGE;
      case "split-usage" -> Kind.SPLIT_USAGE;
      case "crlf" -> Kind.CRLF;
      case "gzip" -> Kind.GZIP;
      case "forged" -> Kind.FORGED;
      case "bad-usage-negative" -> Kind.BAD_USAGE_NEGATIVE;
      case "bad-usage-huge" -> Kind.BAD_USAGE_HUGE;
      case "bad-usage-string" -> Kind.BAD_USAGE_STRING;
      case "error-in-200" -> Kind.ERROR_IN_200;
      case "empty-error" -> Kind.EMPTY_ERROR;
      default -> Kind.OK;
    };
  }

  /**
   * @param input all input tokens, the cached ones included
   * @param toolCalls searches of its own that it ran, null = it does not say
   */
  record Tokens(long input, long cached, long output, @Nullable Long toolCalls) {
    Tokens(long input, long cached, long output) {
      this(input, cached, output, null);
    }
  }
}
