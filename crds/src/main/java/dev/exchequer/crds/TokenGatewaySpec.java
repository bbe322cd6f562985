package dev.exchequer.crds;

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

/** One gateway. Where there is none, the gateway serves every namespace that its operator watches and has no defaults. */
public final class TokenGatewaySpec {
  @Default("{}")
  @JsonPropertyDescription("Which namespaces are served, of those that the operator watches: objects in others are refused.")
  public Namespaces namespaces = new Namespaces();

  @Default("{}")
  @JsonPropertyDescription("For routes that do not say otherwise.")
  public Defaults defaults = new Defaults();

  @Min(1024)
  @Max(33554432)
  @Default("33554432")
  @JsonPropertyDescription("A request whose body is longer is refused with 413, in bytes. Default and at most 33554432 (32 MiB).")
  public long maxRequestBytes = 33554432;

  @JsonPropertyDescription("Where alerts of balances and budgets are sent, signed as standardwebhooks.com says. Without it they are only listed.")
  public @Nullable AlertWebhook alertWebhook;

  /** Where alerts go. */
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class AlertWebhook {
    @Required
    @Size(min = 1, max = 2048)
    @Pattern(Formats.WEBHOOK_URL)
    @JsonPropertyDescription("Address that alerts are posted to: https, or http on this machine.")
    public String url;

    @Required
    @JsonPropertyDescription("The signing secret: at least 24 characters, or whsec_ and base64 of at least 24 bytes.")
    public SecretKeyRef secretRef;

    @Default("false")
    @JsonPropertyDescription("Whether url may be http to another machine, unencrypted. Default false.")
    public boolean allowPlaintext;
  }

  /** Which namespaces are served; its own always is. */
  @ValidationRule(value = "has(self.selector) == (has(self.from) && self.from == 'Selector')", message = RuleMessages.SELECTOR_ONLY_WITH_SELECTOR)
  public static final class Namespaces {
    @Default("All")
    @JsonPropertyDescription("All: every namespace. Same: the gateway's own. Selector: also those whose labels match. Default All.")
    public NamespaceSelector.From from = NamespaceSelector.From.ALL;

    @JsonPropertyDescription("Labels of the namespaces, with from: Selector; an empty one matches every namespace.")
    public NamespaceSelector.@Nullable LabelSelector selector;
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
