package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One gateway. Where there is none, the gateway serves every namespace that its operator watches and has no defaults. */
public final class TokenGatewaySpec {
  @Default("{}")
  @JsonPropertyDescription("Which namespaces are served, of those that the operator watches: objects in others are refused.")
  public Namespaces namespaces = new Namespaces();

  @Default("{}")
  @JsonPropertyDescription("For routes that do not say otherwise.")
  public Defaults defaults = new Defaults();

  /** Which namespaces are served. */
  public static final class Namespaces {
    @Default("All")
    @JsonPropertyDescription("All: every namespace; Same: the gateway's own. Default All.")
    public From from = From.ALL;
  }

  /** How namespaces are chosen. */
  public enum From {
    @JsonProperty("Same")
    SAME,
    @JsonProperty("All")
    ALL
  }

  /** What routes get that do not say otherwise. */
  public static final class Defaults {
    @JsonPropertyDescription("The policy of routes without one.")
    public @Nullable ObjectRef fallbackPolicyRef;

    @Size(max = 8)
    @JsonPropertyDescription("Price sheets that are searched last, after those of the project and of the route.")
    public List<ObjectRef> priceSheetRefs = List.of();
  }
}
