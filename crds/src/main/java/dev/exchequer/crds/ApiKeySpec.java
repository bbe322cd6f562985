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

/** A key that clients send; it acts for one project. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class ApiKeySpec {
  @Required
  @ValidationRule(value = "self == oldSelf", message = RuleMessages.PROJECT_REF_IMMUTABLE)
  @JsonPropertyDescription("The project that the key acts for. Immutable.")
  public ObjectRef projectRef;

  @Required
  @Size(min = 1, max = 64)
  @JsonPropertyDescription("What people call the key; printed on receipts.")
  public String label;

  @Required
  @Size(min = 1, max = 4)
  @JsonPropertyDescription("Secrets that are this key; two live ones = rotation.")
  public List<Credential> credentials;

  @Size(min = 1, max = 5)
  @JsonPropertyDescription("Classes of hops that the key may use; absent = those of the project.")
  public @Nullable List<RouteClass> routeClasses;

  @Size(min = 1, max = 64)
  @JsonPropertyDescription("Models that the key may ask for: names, or prefixes with a trailing *; absent = those of the project.")
  public @Nullable List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> models;

  @Default("Inherit")
  @JsonPropertyDescription("Never: a later hop is not paid by another balance, whatever the project consents to.")
  public CrossBalance crossBalance = CrossBalance.INHERIT;

  @Size(min = 1, max = 128)
  @JsonPropertyDescription("Task label of every request of the key; it wins over the header.")
  public @Nullable String task;

  @Default("{}")
  @JsonPropertyDescription("Limits of the key.")
  public Limits limits = new Limits();

  @Default("false")
  @JsonPropertyDescription("Whether the key is refused. Default false.")
  public boolean suspend;

  /** One secret that is this key: random, at least 128 bit and 32 characters. */
  @ValidationRule(
      value = "[has(self.secretRef), has(self.sha256), has(self.generate)].filter(given, given).size() == 1",
      message = RuleMessages.CREDENTIAL_EXACTLY_ONE)
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Credential {
    @Required
    @Size(min = 1, max = 63)
    @Pattern(Formats.LABEL)
    @JsonPropertyDescription("Name of the credential within the key.")
    public String name;

    @JsonPropertyDescription("The key itself, in a Secret; at least 32 random characters.")
    public @Nullable SecretKeyRef secretRef;

    @Size(min = 64, max = 64)
    @Pattern(Formats.SHA256)
    @JsonPropertyDescription("SHA-256 of the key as the client sends it, lower-case hex.")
    public @Nullable String sha256;

    @JsonPropertyDescription("The key is made by the operator, in a Secret that it creates.")
    public @Nullable Generated generate;

    @Size(max = 64)
    @JsonPropertyDescription("First moment at which it is refused, RFC 3339; absent = never.")
    public @Nullable String expiresAt;
  }

  /** A key that the operator makes. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Generated {
    @Required
    @Size(min = 1, max = 253)
    @Pattern(Formats.OBJECT_NAME)
    @JsonPropertyDescription("Name of the Secret, in the same namespace; its field apiKey is the key. One that is there already is never overwritten.")
    public String secretName;
  }

  /** Whether a key uses the consent of its project. */
  public enum CrossBalance {
    @JsonProperty("Inherit")
    INHERIT,
    @JsonProperty("Never")
    NEVER
  }

  /** Limits of a key. */
  public static final class Limits {
    @Default("1000")
    @Min(1)
    @Max(1000000)
    @JsonPropertyDescription("Requests in flight at once.")
    public int concurrency = 1000;

    @Min(1)
    @Max(10000000)
    @JsonPropertyDescription("Requests in a minute; absent = no limit.")
    public @Nullable Integer requestsPerMinute;
  }
}
