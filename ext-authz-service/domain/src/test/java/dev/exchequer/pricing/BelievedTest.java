package dev.exchequer.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.policy.Meter;
import dev.exchequer.policy.Provider.UsageTrust;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BelievedTest {
  private static Usage reported(Map<Meter, Long> meters) {
    return new Usage(meters, Usage.Source.PROVIDER);
  }

  @Test
  void fullBelievesAll() {
    Usage absurd = reported(Map.of(Meter.INPUT, Long.MAX_VALUE));
    assertThat(Believed.of(absurd, UsageTrust.FULL, Bounds.ofTokens(10, 10))).isEqualTo(new Believed(absurd, null));
  }

  @Test
  void boundedKeepsTheMixOfTheDirectionThatSaysTooMuch() {
    Usage usage = reported(Map.of(Meter.INPUT, 100L, Meter.CACHE_READ, 900L, Meter.OUTPUT, 10L));
    Believed believed = Believed.of(usage, UsageTrust.BOUNDED, Bounds.ofTokens(500, 10));
    assertThat(believed.usage().meters()).isEqualTo(Map.of(Meter.INPUT, 50L, Meter.CACHE_READ, 450L, Meter.OUTPUT, 10L));
    assertThat(believed.usage().source()).isEqualTo(Usage.Source.PROVIDER);
    assertThat(believed.doubt()).isEqualTo("the provider reported {CacheRead=900, Input=100, Output=10}, the request has room for 500 input tokens (usageTrust Bounded)");
    assertThat(Believed.of(usage, UsageTrust.BOUNDED, Bounds.ofTokens(1000, 10)).doubt()).as("exactly the bound is possible").isNull();
  }

  @Test
  void boundedBelievesAsManyToolCallsAsTheHopDeclares() {
    Usage usage = reported(Map.of(Meter.INPUT, 10L, Meter.OUTPUT, 10L, Meter.TOOL_CALL, 9L));
    Believed believed = Believed.of(usage, UsageTrust.BOUNDED, new Bounds(10, 5, 3L));
    assertThat(believed.usage().meters()).isEqualTo(Map.of(Meter.INPUT, 10L, Meter.OUTPUT, 5L, Meter.TOOL_CALL, 3L));
    assertThat(believed.doubt()).endsWith("the request has room for 5 output tokens and 3 tool calls (usageTrust Bounded)");
    assertThat(Believed.of(usage, UsageTrust.BOUNDED, new Bounds(10, 10, 9L)).doubt()).isNull();
    assertThat(Believed.of(usage, UsageTrust.BOUNDED, Bounds.ofTokens(10, 10)).doubt()).as("nobody pays for them").isNull();
  }

  @Test
  void estimateOnlyNotes() {
    Believed believed = Believed.of(reported(Map.of(Meter.INPUT, 3L)), UsageTrust.ESTIMATE, Bounds.ofTokens(10, 10));
    assertThat(believed.usage()).isEqualTo(Usage.NOTHING);
    assertThat(believed.doubt()).contains("{Input=3}");
  }

  @ParameterizedTest
  @EnumSource(UsageTrust.class)
  void whatWasNotReportedIsNotDoubted(UsageTrust trust) {
    assertThat(Believed.of(Usage.NOTHING, trust, Bounds.ofTokens(0, 0))).isEqualTo(new Believed(Usage.NOTHING, null));
  }

  /** However absurd: each direction comes to its bound exactly, and no meter is negative. */
  @Test
  void boundedIsTheBoundExactly() {
    Random random = new Random(20261126);
    for (int i = 0; i < 5_000; i++) {
      Map<Meter, Long> meters = new EnumMap<>(Meter.class);
      for (Meter meter : Meter.values()) {
        if (meter.input() || meter.output()) {
          meters.put(meter, random.nextInt(4) == 0 ? random.nextLong(Long.MAX_VALUE) : random.nextLong(50));
        }
      }
      long in = random.nextLong(1_000);
      long out = random.nextLong(1_000);
      Usage usage = Believed.of(reported(meters), UsageTrust.BOUNDED, Bounds.ofTokens(in, out)).usage();
      long inSum = 0;
      long outSum = 0;
      for (Map.Entry<Meter, Long> meter : usage.meters().entrySet()) {
        assertThat(meter.getValue()).isNotNegative();
        inSum += meter.getKey().input() ? meter.getValue() : 0;
        outSum += meter.getKey().output() ? meter.getValue() : 0;
      }
      assertThat(inSum).isLessThanOrEqualTo(in);
      assertThat(outSum).isLessThanOrEqualTo(out);
    }
  }
}
