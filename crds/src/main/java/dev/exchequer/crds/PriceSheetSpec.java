package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prices in one unit; the first matching rate wins. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class PriceSheetSpec {
  @Required
  @Size(min = 2, max = 16)
  @Pattern(Formats.UNIT)
  @ValidationRule(value = "self == oldSelf", message = RuleMessages.PRICE_SHEET_UNIT_IMMUTABLE)
  @JsonPropertyDescription("Unit of all its prices. Immutable.")
  public String unit;

  @Size(max = 20)
  @Pattern(Formats.MONEY)
  @Default("\"1\"")
  @JsonPropertyDescription("Every cost by this sheet is multiplied by this decimal.")
  public String multiplier = "1";

  @Size(max = 64)
  @JsonPropertyDescription("First moment of the sheet, RFC 3339; absent = always was.")
  public @Nullable String effectiveFrom;

  @Size(max = 64)
  @JsonPropertyDescription("First moment after the sheet, RFC 3339; absent = never ends.")
  public @Nullable String effectiveUntil;

  @Default("{}")
  @JsonPropertyDescription("When a hop is charged.")
  public Terms terms = new Terms();

  @Size(max = 256)
  @JsonPropertyDescription("The rates; the first that matches wins.")
  public List<Rate> rates = List.of();

  @JsonPropertyDescription("Consent: the namespaces whose resources may refer to this one; absent = its own only.")
  public @Nullable NamespaceSelector usableFrom;

  /** When a hop is charged. */
  public static final class Terms {
    @Default("Delivered")
    @JsonPropertyDescription(
        "Delivered: what reached the client is charged. UpstreamBilled: also what failed, where the provider reported usage for it. SuccessOnly: only complete answers, and those that the client itself broke off.")
    public ChargeOn chargeOn = ChargeOn.DELIVERED;

    @Default("Estimate")
    @JsonPropertyDescription("What a delivered answer without usage costs: an estimate, its hold, or nothing.")
    public MissingUsage missingUsage = MissingUsage.ESTIMATE;

    @Size(max = 20)
    @Pattern(Formats.MONEY)
    @JsonPropertyDescription("A charge that is not 0 is at least this, in the unit of the sheet, after the multiplier; absent = no minimum.")
    public @Nullable String minimumCharge;
  }

  /** What is charged. */
  public enum ChargeOn {
    @JsonProperty("Delivered")
    DELIVERED,
    @JsonProperty("UpstreamBilled")
    UPSTREAM_BILLED,
    @JsonProperty("SuccessOnly")
    SUCCESS_ONLY
  }

  /** What a delivered answer without usage costs. */
  public enum MissingUsage {
    @JsonProperty("Estimate")
    ESTIMATE,
    @JsonProperty("ChargeHold")
    CHARGE_HOLD,
    @JsonProperty("Free")
    FREE
  }

  /** Prices of the hops that match. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Rate {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Formats.LABEL)
    @JsonPropertyDescription("Name of the rate within the sheet, printed on receipts.")
    public String name;

    @JsonPropertyDescription("Hops that the rate prices; all that is present must match, absent = any.")
    public Match match = new Match();

    @Default("Metered")
    @JsonPropertyDescription("Metered: by meters; None: the hop costs 0.")
    public Charge charge = Charge.METERED;

    @Size(max = 16)
    @JsonPropertyDescription("Price of each meter.")
    public List<MeterPrice> meters = List.of();

    @Size(max = 4)
    @JsonPropertyDescription("Other prices for long inputs; the highest tier that applies wins.")
    public List<ContextTier> contextTiers = List.of();
  }

  /** Fields are ANDed, values ORed, absent = any. */
  public static final class Match {
    @Size(max = 5)
    @JsonPropertyDescription("Classes of the hop.")
    public List<RouteClass> routeClasses = List.of();

    @Size(max = 16)
    @JsonPropertyDescription("Providers of the hop, as name or namespace/name.")
    public List<@Size(min = 1, max = 317) @Pattern(Formats.OBJECT_PATH) String> providers = List.of();

    @Size(max = 32)
    @JsonPropertyDescription("Models at the upstream: names, or prefixes with a trailing *.")
    public List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> upstreamModels = List.of();

    @Size(max = 32)
    @JsonPropertyDescription("Models that the client asked for: names, or prefixes with a trailing *.")
    public List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> requestedModels = List.of();

    @Size(max = 8)
    @JsonPropertyDescription("Service tiers; a request without one has the tier default.")
    public List<@Size(min = 1, max = 64) String> serviceTiers = List.of();
  }

  /** How a rate charges. */
  public enum Charge {
    @JsonProperty("Metered")
    METERED,
    @JsonProperty("None")
    NONE
  }

  /** Price of one meter. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class MeterPrice {
    @Required
    @JsonPropertyDescription(
        "What is counted; a token by exactly one meter. CacheRead, CacheWrite5m, CacheWrite1h, AudioInput and ImageInput cost what Input does where they have no price, Reasoning and AudioOutput what Output does. Request: one a hop. ToolCall: a tool that the provider ran within the request, a search; hops that it prices declare maxToolCalls.")
    public Meter meter;

    @Default("1000000")
    @Min(1)
    @Max(1000000000)
    @ValidationRule(
        value = "self in [1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000]",
        message = RuleMessages.PER_POWER_OF_TEN)
    @JsonPropertyDescription("The price is for this many of the meter; a power of ten.")
    public long per = 1_000_000;

    @Required
    @Size(max = 20)
    @Pattern(Formats.MONEY)
    @JsonPropertyDescription("Price in the unit of the sheet.")
    public String price;
  }

  /** Prices that replace those of the same meter for long inputs. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class ContextTier {
    @Required
    @Min(0)
    @Max(1000000000)
    @JsonPropertyDescription("Tokens of input, all input meters together.")
    public Long inputTokens;

    @Required
    @JsonPropertyDescription("Gt: the tier applies above inputTokens; Gte: also at it.")
    public Operator operator;

    @Required
    @Size(min = 1, max = 16)
    @JsonPropertyDescription("Price of each meter that the tier replaces.")
    public List<MeterPrice> meters;
  }

  /** How the input is compared. */
  public enum Operator {
    @JsonProperty("Gt")
    GT,
    @JsonProperty("Gte")
    GTE
  }
}
