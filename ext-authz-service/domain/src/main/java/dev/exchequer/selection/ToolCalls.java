package dev.exchequer.selection;

import dev.exchequer.policy.Meter;
import dev.exchequer.policy.PriceSheet.Rate;
import dev.exchequer.policy.Route.Hop;
import dev.exchequer.pricing.Demand;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What tools that the provider runs by itself mean for a hop's price: the table of docs/design/prices.md, "Tool calls". How many it runs is the model's choice, so
 * only the hop's declaration bounds them.
 *
 * @param refusal why the hop cannot be priced, with what to change; null = it can
 * @param bound as many are held for; null = none, as nothing is paid for them
 */
record ToolCalls(@Nullable String refusal, @Nullable Long bound) {
  /** OpenRouter's short form of its plugin `web`: https://openrouter.ai/docs/features/web-search. */
  private static final String ONLINE = ":online";

  /** @param rates by any of which the hop may be charged */
  static ToolCalls of(Hop hop, String upstreamModel, Demand demand, List<Rate> rates) {
    String asked = asked(upstreamModel, demand);
    List<Rate> charging = rates.stream().filter(rate -> !rate.noCharge()).toList();
    Rate silent = charging.stream().filter(rate -> !rate.meters().containsKey(Meter.TOOL_CALL)).findFirst().orElse(null);
    if (asked != null && silent != null) {
      return refused(asked + " asks for tools of the provider and rate " + silent.name() + " does not price ToolCall; to change it: a price of ToolCall in the rate");
    }
    if (asked != null && hop.maxToolCalls() != null && hop.maxToolCalls() == 0) {
      return refused(asked + " asks for tools of the provider and hop " + hop.name() + " declares that it runs none; to change it: another maxToolCalls of the hop");
    }
    Rate paid = charging.stream().filter(Rate::paysToolCalls).findFirst().orElse(null);
    if (paid == null) {
      return new ToolCalls(null, null);
    }
    return hop.maxToolCalls() == null
        ? refused("rate " + paid.name() + " prices ToolCall and nothing bounds how many hop " + hop.name() + " runs; to change it: maxToolCalls of the hop")
        : new ToolCalls(null, hop.maxToolCalls());
  }

  private static ToolCalls refused(String why) {
    return new ToolCalls(why, null);
  }

  /** What of the request asks for them, null = nothing. */
  static @Nullable String asked(String upstreamModel, Demand demand) {
    return demand.toolCalls() == null && upstreamModel.endsWith(ONLINE) ? "model " + upstreamModel : demand.toolCalls();
  }
}
