package dev.exchequer.crds;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Namespaces, by name or by label. Its own namespace is always one of them. */
public final class NamespaceSelector {
  @Default("{}")
  @JsonPropertyDescription("Which namespaces.")
  public Namespaces namespaces = new Namespaces();

  /** Which namespaces. */
  @ValidationRule(value = "has(self.selector) == (has(self.from) && self.from == 'Selector')", message = RuleMessages.SELECTOR_ONLY_WITH_SELECTOR)
  public static final class Namespaces {
    @Default("Same")
    @JsonPropertyDescription("Same: its own namespace. All: every namespace. Selector: also those whose labels match. Default Same.")
    public From from = From.SAME;

    @JsonPropertyDescription("Labels of the namespaces, with from: Selector; an empty one matches every namespace.")
    public @Nullable LabelSelector selector;
  }

  /** How namespaces are chosen. */
  public enum From {
    @JsonProperty("Same")
    SAME,
    @JsonProperty("All")
    ALL,
    @JsonProperty("Selector")
    SELECTOR
  }

  /** As elsewhere in Kubernetes: all of it must hold. */
  public static final class LabelSelector {
    @JsonPropertyDescription("Labels that the namespace has, with these values.")
    public Map<String, String> matchLabels = Map.of();

    @Size(max = 16)
    @JsonPropertyDescription("What else must hold of the namespace's labels.")
    public List<Requirement> matchExpressions = List.of();
  }

  /** What must hold of one label. */
  @ValidationRule(value = "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)", message = RuleMessages.LABEL_VALUES)
  @SuppressWarnings("NullAway.Init") // required: the schema refuses a resource without it
  public static final class Requirement {
    @Required
    @Size(min = 1, max = 316)
    @Pattern(Formats.LABEL_KEY)
    @JsonPropertyDescription("Name of the label.")
    public String key;

    @Required
    @JsonPropertyDescription("In: has the label with one of the values. NotIn: has not. Exists, DoesNotExist: has the label, or not, with whatever value.")
    public Operator operator;

    @Size(max = 64)
    @JsonPropertyDescription("Values for In and NotIn.")
    public @Nullable List<@Size(max = 63) @Pattern(Formats.LABEL_VALUE) String> values;
  }

  /** What is asked of a label. */
  public enum Operator {
    @JsonProperty("In")
    IN,
    @JsonProperty("NotIn")
    NOT_IN,
    @JsonProperty("Exists")
    EXISTS,
    @JsonProperty("DoesNotExist")
    DOES_NOT_EXIST
  }
}
