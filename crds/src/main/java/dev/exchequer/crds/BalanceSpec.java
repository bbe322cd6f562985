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

/** The definition of a balance; the money itself is in the ledger. */
@ValidationRule(
    value = "!has(oldSelf.initialGrants) || (has(self.initialGrants) && oldSelf.initialGrants.all(o, self.initialGrants.exists(n, n == o)))",
    message = RuleMessages.INITIAL_GRANTS_APPEND_ONLY)
@ValidationRule(value = "self.type != 'Credit' || self.routeClasses.all(c, c == 'Direct')", message = RuleMessages.CREDIT_PAYS_ONLY_DIRECT)
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class BalanceSpec {
  @Required
  @ValidationRule(value = "self == oldSelf", message = RuleMessages.PROJECT_REF_IMMUTABLE)
  @JsonPropertyDescription("The project that the balance belongs to. Immutable.")
  public ObjectRef projectRef;

  @Required
  @ValidationRule(value = "self == oldSelf", message = RuleMessages.BALANCE_TYPE_IMMUTABLE)
  @JsonPropertyDescription("Credit: a grant of the operator; Wallet: money that was paid in; Allowance: value that comes again every period. Immutable.")
  public BalanceType type;

  @Required
  @Size(min = 2, max = 16)
  @Pattern(Formats.UNIT)
  @ValidationRule(value = "self == oldSelf", message = RuleMessages.BALANCE_UNIT_IMMUTABLE)
  @JsonPropertyDescription("Unit of all its amounts, as CNY or CREDIT. Immutable.")
  public String unit;

  @Required
  @Size(min = 1, max = 4)
  @ValidationRule(value = "self.all(c, c in ['Direct', 'Pool', 'Subscription'])", message = RuleMessages.BALANCE_ROUTE_CLASSES)
  @JsonPropertyDescription("Classes of hops that it pays: Direct, Pool, Subscription.")
  public List<RouteClass> routeClasses;

  @Default("100")
  @Min(0)
  @Max(1000000)
  @JsonPropertyDescription("Among the balances of a project that pay a class, the lower is tried first, then by name.")
  public int order = 100;

  @Size(max = 20)
  @Pattern(Formats.MONEY)
  @Default("\"0\"")
  @JsonPropertyDescription("How far below zero holds may bring it, in its unit.")
  public String overdraftLimit = "0";

  @Default("Debt")
  @JsonPropertyDescription("What becomes of a charge above its hold. Debt: it is posted, new holds wait until it is repaid. WriteOff: what exceeds the hold is given back at once.")
  public OnExcess onExcess = OnExcess.DEBT;

  @Default("ChargeObserved")
  @JsonPropertyDescription("What a hold costs when nobody can say whether the provider served it: what was seen, nothing, or the whole hold.")
  public OnInDoubt onInDoubt = OnInDoubt.CHARGE_OBSERVED;

  @Size(max = 32)
  @JsonPropertyDescription("Value granted once per id, for ever. Append-only.")
  public List<InitialGrant> initialGrants = List.of();

  @Size(max = 8)
  @JsonPropertyDescription("Value granted once for each window of the calendar. Windows that passed while no gateway ran are not made up for.")
  public List<RecurringGrant> recurringGrants = List.of();

  @Size(max = 4)
  @JsonPropertyDescription("Marks in its unit: an alert is sent when what is posted falls below one, and again only after it recovered. See TokenGateway.spec.alertWebhook.")
  public List<@Size(max = 20) @Pattern(Formats.MONEY) String> alertsBelow = List.of();

  @Default("false")
  @JsonPropertyDescription("Whether it takes no new holds; open ones settle. Default false.")
  public boolean suspend;

  /** What a balance is. */
  public enum BalanceType {
    @JsonProperty("Credit")
    CREDIT,
    @JsonProperty("Wallet")
    WALLET,
    @JsonProperty("Allowance")
    ALLOWANCE
  }

  /** What becomes of a charge above its hold. */
  public enum OnExcess {
    @JsonProperty("Debt")
    DEBT,
    @JsonProperty("WriteOff")
    WRITE_OFF
  }

  /** What an undecided hold costs. */
  public enum OnInDoubt {
    @JsonProperty("ChargeObserved")
    CHARGE_OBSERVED,
    @JsonProperty("Release")
    RELEASE,
    @JsonProperty("ChargeHold")
    CHARGE_HOLD
  }

  /** Granted once per id, for ever. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class InitialGrant {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Formats.LABEL)
    @JsonPropertyDescription("Name of the grant within the balance; re-applying it grants nothing.")
    public String id;

    @Required
    @Size(max = 20)
    @Pattern(Formats.MONEY)
    @JsonPropertyDescription("Value that is added, in the unit of the balance.")
    public String amount;

    @Default("Paid")
    @JsonPropertyDescription("Whether it was paid for.")
    public GrantCategory category = GrantCategory.PAID;

    @Default("50")
    @Min(0)
    @Max(1000)
    @JsonPropertyDescription("The lower is used first.")
    public int priority = 50;

    @Size(max = 64)
    @JsonPropertyDescription("First moment at which it can be spent, RFC 3339; absent = at once.")
    public @Nullable String startsAt;

    @Size(max = 64)
    @JsonPropertyDescription("First moment at which what is left of it is gone, RFC 3339; absent = never.")
    public @Nullable String expiresAt;
  }

  /** Granted once for each window. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class RecurringGrant {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Formats.LABEL)
    @JsonPropertyDescription("Name of the grant within the balance; with the start of a window it stands for one grant.")
    public String id;

    @Required
    @Size(max = 20)
    @Pattern(Formats.MONEY)
    @JsonPropertyDescription("Value that is added in each window, in the unit of the balance. A change counts from the next window on.")
    public String amount;

    @Required
    @JsonPropertyDescription("Length of a window.")
    public BudgetSpec.Period period;

    @Default("1")
    @Min(1)
    @Max(28)
    @JsonPropertyDescription("First day of a window: day of the month (1 to 28), or of the week (1 = Monday).")
    public int anchorDay = 1;

    @Size(min = 1, max = 64)
    @Default("\"UTC\"")
    @JsonPropertyDescription("Time zone whose midnight begins a window, an IANA name.")
    public String timeZone = "UTC";

    @Default("false")
    @JsonPropertyDescription("Whether what is left at the end of a window stays. Default false: it expires.")
    public boolean carryOver;

    @Default("Paid")
    @JsonPropertyDescription("Whether it was paid for.")
    public GrantCategory category = GrantCategory.PAID;

    @Default("50")
    @Min(0)
    @Max(1000)
    @JsonPropertyDescription("The lower is used first.")
    public int priority = 50;
  }

  /** Whether a grant was paid for. */
  public enum GrantCategory {
    @JsonProperty("Paid")
    PAID,
    @JsonProperty("Promotional")
    PROMOTIONAL
  }
}
