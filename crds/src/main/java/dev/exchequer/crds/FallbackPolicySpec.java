package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When a request may try its next hop. */
public final class FallbackPolicySpec {
  @Default("{}")
  @JsonPropertyDescription("Failures after which the next hop is tried.")
  public FallbackOn fallbackOn = new FallbackOn();

  @Default("4")
  @Min(1)
  @Max(8)
  @JsonPropertyDescription("Attempts at providers for one request, the first included.")
  public int maxAttempts = 4;

  @Size(max = 28)
  @Pattern(Formats.DURATION)
  @Default("\"60s\"")
  @JsonPropertyDescription("No new attempt starts this long after the request came.")
  public String giveUpAfter = "60s";

  @Default("{}")
  @JsonPropertyDescription("How long an attempt may take.")
  public Timeouts timeouts = new Timeouts();

  @Default("{}")
  @JsonPropertyDescription("When a provider that fails is left alone.")
  public Cooldown cooldown = new Cooldown();

  @Default("Never")
  @JsonPropertyDescription("WithConsent: a later hop may be paid by another balance, where project and key consent.")
  public CrossBalance crossBalance = CrossBalance.NEVER;

  @JsonPropertyDescription("Consent: the namespaces whose resources may refer to this one; absent = its own only.")
  public @Nullable NamespaceSelector usableFrom;

  /** Failures after which the next hop is tried. */
  public static final class FallbackOn {
    @Size(max = 16)
    @Default("[408,429,500,502,503,504]")
    @ValidationRule(
        value = "self.all(s, s in [401, 402, 403, 408, 409, 425, 429] || (s >= 500 && s <= 599))",
        message = RuleMessages.FALLBACK_STATUSES)
    @JsonPropertyDescription("Statuses of a provider: 401, 402, 403, 408, 409, 425, 429 and 500 to 599.")
    public List<@Min(400) @Max(599) Integer> statuses = List.of(408, 429, 500, 502, 503, 504);

    @Size(max = 8)
    @Default("[\"ConnectFailure\",\"FirstByteTimeout\",\"ProviderCoolingDown\",\"ProviderBusy\",\"BalanceInsufficient\"]")
    @JsonPropertyDescription("Other reasons for which the next hop is tried.")
    public List<Reason> reasons =
        List.of(
            Reason.CONNECT_FAILURE, Reason.FIRST_BYTE_TIMEOUT, Reason.PROVIDER_COOLING_DOWN, Reason.PROVIDER_BUSY, Reason.BALANCE_INSUFFICIENT);
  }

  /** Other reasons for which the next hop is tried. */
  public enum Reason {
    @JsonProperty("ConnectFailure")
    CONNECT_FAILURE,
    @JsonProperty("FirstByteTimeout")
    FIRST_BYTE_TIMEOUT,
    @JsonProperty("ProviderCoolingDown")
    PROVIDER_COOLING_DOWN,
    @JsonProperty("ProviderBusy")
    PROVIDER_BUSY,
    @JsonProperty("BalanceInsufficient")
    BALANCE_INSUFFICIENT,
    @JsonProperty("BudgetExceeded")
    BUDGET_EXCEEDED,
    @JsonProperty("PriceMissing")
    PRICE_MISSING
  }

  /** How long an attempt may take. */
  public static final class Timeouts {
    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"5s\"")
    @JsonPropertyDescription("To connect to the provider.")
    public String connect = "5s";

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"30s\"")
    @JsonPropertyDescription("From sending to the first byte of a streamed response.")
    public String streamFirstByte = "30s";

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"300s\"")
    @JsonPropertyDescription("From sending to the end of the response.")
    public String response = "300s";

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"60s\"")
    @JsonPropertyDescription("Between two pieces of a stream; 0s = no limit.")
    public String streamIdle = "60s";
  }

  /** When a provider that fails is left alone. */
  public static final class Cooldown {
    @Default("5")
    @Min(0)
    @Max(1000)
    @JsonPropertyDescription("Failures in a row after which it is left alone; 0 = never.")
    public int afterFailures = 5;

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"30s\"")
    @JsonPropertyDescription("How long it is left alone; then one request probes it.")
    public String duration = "30s";
  }

  /** Whether a later hop may be paid by another balance. */
  public enum CrossBalance {
    @JsonProperty("Never")
    NEVER,
    @JsonProperty("WithConsent")
    WITH_CONSENT
  }
}
