package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Owner, consent and ceiling of the keys below it; keys only narrow it. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class ProjectSpec {
  @Required
  @Size(min = 1, max = 253)
  @JsonPropertyDescription("Who answers for the project, as a mail address or a team.")
  public String owner;

  @Size(min = 1, max = 253)
  @JsonPropertyDescription("The project in another system, for exports.")
  public @Nullable String externalId;

  @Size(min = 1, max = 5)
  @Default("[\"Direct\",\"Pool\",\"Subscription\",\"Byok\",\"Free\"]")
  @JsonPropertyDescription("Classes of hops that its keys may use; default all.")
  public List<RouteClass> routeClasses = List.of(RouteClass.values());

  @Size(min = 1, max = 64)
  @Default("[\"*\"]")
  @JsonPropertyDescription("Models that its keys may ask for: names, or prefixes with a trailing *.")
  public List<@Size(min = 1, max = 253) @Pattern(Formats.MODEL_PATTERN) String> models = List.of("*");

  @Size(max = 16)
  @JsonPropertyDescription("Consent to pay a later hop by another balance: each entry allows one direction. Default none.")
  public List<Crossing> crossBalance = List.of();

  @Size(max = 8)
  @JsonPropertyDescription("Price sheets of the project, searched before those of the route.")
  public List<ObjectRef> priceSheetRefs = List.of();

  @Default("Charge")
  @JsonPropertyDescription("What clients are told with a response: nothing, the charge, or the charge and what is left.")
  public Disclose disclose = Disclose.CHARGE;

  @JsonPropertyDescription("Consent: the namespaces whose resources may refer to this one; absent = its own only.")
  public @Nullable NamespaceSelector usableFrom;

  @Default("false")
  @JsonPropertyDescription("Whether its keys are refused. Default false.")
  public boolean suspend;

  /** Consent to one crossing. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Crossing {
    @Required
    @JsonPropertyDescription("Class of the first hop that the key may use.")
    public RouteClass from;

    @Required
    @JsonPropertyDescription("Class of the hop that may then be paid too.")
    public RouteClass to;
  }

  /** What clients are told. */
  public enum Disclose {
    @JsonProperty("None")
    NONE,
    @JsonProperty("Charge")
    CHARGE,
    @JsonProperty("Balance")
    BALANCE
  }
}
