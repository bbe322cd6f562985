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

/** A cap over a window; it holds no value. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class BudgetSpec {
  @Required
  @JsonPropertyDescription("What is capped.")
  public TargetRef targetRef;

  @Default("Target")
  @JsonPropertyDescription("Target: one shared bucket; else one bucket for each key, task or end user of the target.")
  public Per per = Per.TARGET;

  @Required
  @Size(min = 1, max = 8)
  @JsonPropertyDescription("Caps by unit.")
  public List<Limit> limits;

  @Default("Allow")
  @JsonPropertyDescription("Whether units without a limit may be spent.")
  public OtherUnits otherUnits = OtherUnits.ALLOW;

  @Required
  @JsonPropertyDescription("When the count begins anew.")
  public Window window;

  // no default in the schema: the API server would fill in a task that the budget has no use for
  @JsonPropertyDescription("Rules for task labels, with per: Task.")
  public @Nullable Task task;

  @JsonPropertyDescription("Requests that count; all that is present must match, absent = any.")
  public Match match = new Match();

  @Default("Enforce")
  @JsonPropertyDescription("Audit: count and warn, never refuse.")
  public Mode mode = Mode.ENFORCE;

  @Size(max = 5)
  @JsonPropertyDescription("Marks in percent of a limit, 1 to 100: an alert is sent when so much is spent, each once for a value and window. See TokenGateway.spec.alertWebhook.")
  public List<@Min(1) @Max(100) Integer> alertsAtPercent = List.of();

  /** Names what is capped. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class TargetRef {
    @Required
    @JsonPropertyDescription("Kind of the target.")
    public TargetKind kind;

    @Required
    @Size(min = 1, max = 253)
    @Pattern(Formats.OBJECT_NAME)
    @JsonPropertyDescription("Name of the target, in the same namespace.")
    public String name;
  }

  /** Kind of the target. */
  public enum TargetKind {
    @JsonProperty("Project")
    PROJECT,
    @JsonProperty("ApiKey")
    API_KEY,
    @JsonProperty("ModelRoute")
    MODEL_ROUTE
  }

  /** One shared bucket, or one for each value. */
  public enum Per {
    @JsonProperty("Target")
    TARGET,
    @JsonProperty("ApiKey")
    API_KEY,
    @JsonProperty("Task")
    TASK,
    @JsonProperty("EndUser")
    END_USER
  }

  /** The cap of one unit. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Limit {
    @Required
    @Size(min = 2, max = 16)
    @Pattern(Formats.UNIT)
    @JsonPropertyDescription("Unit that is capped.")
    public String unit;

    @Required
    @Size(max = 20)
    @Pattern(Formats.MONEY)
    @JsonPropertyDescription("The most that a bucket may spend in a window, in that unit; 0 = it may not be spent.")
    public String amount;
  }

  /** Whether other units may be spent. */
  public enum OtherUnits {
    @JsonProperty("Allow")
    ALLOW,
    @JsonProperty("Deny")
    DENY
  }

  /** When the count begins anew. */
  @ValidationRule(value = "self.type == 'Lifetime' || has(self.period)", message = RuleMessages.WINDOW_PERIOD)
  @ValidationRule(value = "self.type != 'Rolling' || (self.anchorDay == 1 && self.timeZone == 'UTC')", message = RuleMessages.ROLLING_HAS_NO_FIRST_DAY)
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Window {
    @Required
    @JsonPropertyDescription("Calendar: every period; Rolling: what was spent in the last 24 hours, 7 or 30 days; Lifetime: never.")
    public WindowType type;

    @JsonPropertyDescription("Length of the window; needed for Calendar and Rolling.")
    public @Nullable Period period;

    @Default("1")
    @Min(1)
    @Max(28)
    @JsonPropertyDescription("First day of a window: day of the month (1 to 28), or of the week (1 = Monday).")
    public int anchorDay = 1;

    @Size(min = 1, max = 64)
    @Default("\"UTC\"")
    @JsonPropertyDescription("Time zone whose midnight begins a window, an IANA name.")
    public String timeZone = "UTC";
  }

  /** How a window ends. */
  public enum WindowType {
    @JsonProperty("Calendar")
    CALENDAR,
    @JsonProperty("Rolling")
    ROLLING,
    @JsonProperty("Lifetime")
    LIFETIME
  }

  /** Length of a calendar window. */
  public enum Period {
    @JsonProperty("Day")
    DAY,
    @JsonProperty("Week")
    WEEK,
    @JsonProperty("Month")
    MONTH
  }

  /** Rules for task labels. */
  public static final class Task {
    @Default("true")
    @JsonPropertyDescription("Whether a request without a task label is refused.")
    public boolean required = true;

    @Default("OnFirstUse")
    @JsonPropertyDescription("How a label opens. OnFirstUse: by its first hold. ByApi: by the admin API (exchequer tasks open); others are refused.")
    public Open open = Open.ON_FIRST_USE;

    @Default("100")
    @Min(1)
    @Max(1000000)
    @JsonPropertyDescription("Labels that may be open at once.")
    public int maxOpen = 100;

    @Size(max = 28)
    @Pattern(Formats.DURATION)
    @Default("\"168h\"")
    @JsonPropertyDescription("A label without holds closes after this long; what it spent stays.")
    public String idleExpiry = "168h";
  }

  /** How a label opens. */
  public enum Open {
    @JsonProperty("OnFirstUse")
    ON_FIRST_USE,
    @JsonProperty("ByApi")
    BY_API
  }

  /** Requests that count. */
  public static final class Match {
    @Size(max = 5)
    @JsonPropertyDescription("Classes of the hop.")
    public List<RouteClass> routeClasses = List.of();

    @Size(max = 64)
    @JsonPropertyDescription("Models that the client asked for: names, or prefixes with a trailing *.")
    public List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> models = List.of();
  }

  /** Whether the cap refuses. */
  public enum Mode {
    @JsonProperty("Enforce")
    ENFORCE,
    @JsonProperty("Audit")
    AUDIT
  }
}
