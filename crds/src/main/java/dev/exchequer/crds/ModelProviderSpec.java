package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An account at an upstream. */
@SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
public final class ModelProviderSpec {
  @Required
  @Size(min = 1, max = 2048)
  @Pattern(Formats.BASE_URL)
  @JsonPropertyDescription("Base URL of the API with its path, as https://host/v1; http only with allowPlaintext.")
  public String baseUrl;

  @Required
  @JsonPropertyDescription("Which API the upstream speaks.")
  public Dialect dialect;

  @Required
  @JsonPropertyDescription("How the gateway names itself to the upstream.")
  public Auth auth;

  @Size(max = 16)
  @JsonPropertyDescription("Headers that every request to the upstream gets; at most 16.")
  public List<Header> headers = List.of();

  @Default("false")
  @JsonPropertyDescription("Whether baseUrl may be http: prompts and the credential travel readable. Default false.")
  public boolean allowPlaintext;

  @JsonPropertyDescription("How the upstream proves itself; absent = the public certificate authorities and the host of baseUrl.")
  public @Nullable Tls tls;

  @Default("MaxTokens")
  @JsonPropertyDescription("The request field in which the upstream takes the output cap.")
  public OutputCapField outputCapField = OutputCapField.MAX_TOKENS;

  @Default("InsidePrompt")
  @JsonPropertyDescription("Whether cached tokens in its usage are counted in the prompt tokens.")
  public CachedTokens cachedTokens = CachedTokens.INSIDE_PROMPT;

  @Default("Full")
  @JsonPropertyDescription(
      "What its reports of usage are worth. Full: they are charged. Bounded: they are charged up to what the request can have used, and at most the hold. Estimate: they are noted; a hop is charged as one without usage, at most its hold.")
  public UsageTrust usageTrust = UsageTrust.FULL;

  @Default("false")
  @JsonPropertyDescription("Whether it bills reasoning that it does not show; then a reply without usage costs its hold. Default false.")
  public boolean hiddenReasoning;

  @JsonPropertyDescription(
      "The PriceSheet with what the upstream bills the house, in a unit of its own: for reports of cost and margin. Nothing is decided by it; absent = the cost is not told.")
  public @Nullable ObjectRef costSheetRef;

  @Default("1024")
  @Min(1)
  @Max(1000000)
  @JsonPropertyDescription("Requests in flight at once; a hop to a provider at its limit is skipped.")
  public int maxInFlight = 1024;

  @JsonPropertyDescription("Consent: the namespaces whose resources may refer to this one; absent = its own only.")
  public @Nullable NamespaceSelector usableFrom;

  @Default("false")
  @JsonPropertyDescription("Whether hops to this provider are skipped. Default false.")
  public boolean suspend;

  /** Which API an upstream speaks. */
  public enum Dialect {
    @JsonProperty("OpenAI")
    OPEN_AI
  }

  /** How the gateway names itself to the upstream. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Auth {
    @Required
    @JsonPropertyDescription("Bearer: authorization: Bearer and the secret; Header: the secret alone in headerName; None: nothing.")
    public AuthType type;

    @Size(min = 1, max = 128)
    @Pattern(Formats.HEADER_NAME)
    @JsonPropertyDescription("Header that carries the secret, for type Header.")
    public @Nullable String headerName;

    @JsonPropertyDescription("The secret, for types Bearer and Header.")
    public @Nullable SecretKeyRef secretRef;
  }

  /** Where the secret goes. */
  public enum AuthType {
    @JsonProperty("Bearer")
    BEARER,
    @JsonProperty("Header")
    HEADER,
    @JsonProperty("None")
    NONE
  }

  /** One header. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Header {
    @Required
    @Size(min = 1, max = 128)
    @Pattern(Formats.HEADER_NAME)
    @JsonPropertyDescription("Name of the header.")
    public String name;

    @Required
    @Size(max = 1024)
    @Pattern(Formats.HEADER_VALUE)
    @JsonPropertyDescription("Value of the header; not for secrets.")
    public String value;
  }

  /** How the upstream proves itself. */
  public static final class Tls {
    @JsonPropertyDescription("Certificate authorities (PEM) to trust instead of the public ones.")
    public @Nullable SecretKeyRef caCertificateRef;

    @Size(min = 1, max = 253)
    @Pattern(Formats.OBJECT_NAME)
    @JsonPropertyDescription("Name asked for (SNI) and expected in the certificate; absent = the host of baseUrl.")
    public @Nullable String serverName;
  }

  /** The request field of the output cap. */
  public enum OutputCapField {
    @JsonProperty("MaxCompletionTokens")
    MAX_COMPLETION_TOKENS,
    @JsonProperty("MaxTokens")
    MAX_TOKENS
  }

  /** Where cached tokens are counted. */
  public enum CachedTokens {
    @JsonProperty("InsidePrompt")
    INSIDE_PROMPT,
    @JsonProperty("OutsidePrompt")
    OUTSIDE_PROMPT
  }

  /** What reported usage is worth. */
  public enum UsageTrust {
    @JsonProperty("Full")
    FULL,
    @JsonProperty("Bounded")
    BOUNDED,
    @JsonProperty("Estimate")
    ESTIMATE
  }
}
