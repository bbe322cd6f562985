package dev.exchequer.server.usage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.exchequer.server.usage.OpenAiUsage.Nonsense;
import java.util.Iterator;
import java.util.Map;

/**
 * How many tools the provider ran, by the names that OpenAI-compatible providers give it. They name the same calls, so they are never added up: the first that is not 0
 * counts. Sources, by row of docs/design/prices.md, "Tool calls":
 *
 * <ul>
 *   <li>OpenRouter, https://openrouter.ai/docs/client-sdks/python/components/bodyservertooluse ("Do not sum the two"); chat completions say `server_tool_use_details`.
 *       Anthropic's `server_tool_use`, which its relays hand on: LiteLLM's tool_call_cost_tracking.py
 *   <li>xAI, https://docs.x.ai/developers/tools/tool-usage-details: what ran and is billed, as answers have it; `num_sources_used` by its older Live Search
 *   <li>Perplexity's chat completions have `num_search_queries`, which LiteLLM (llms/perplexity, llms/vertex_ai) hands on as `prompt_tokens_details.web_search_requests`
 *   <li>Alibaba Model Studio's answers have `plugins.search.count`
 * </ul>
 */
final class ToolCounts {
  /** As many as a hop can declare: above is a mistake or an attack. */
  private static final long MOST = 1_000_000;

  private static final String CALLS = "_calls";

  private ToolCounts() {}

  /** @param in the details of the prompt */
  static long of(JsonNode usage, JsonNode in) throws Nonsense {
    long[] named = {
      serverTools(usage.path("server_tool_use_details")),
      serverTools(usage.path("server_tool_use")),
      usage.hasNonNull("num_server_side_tools_used") ? count(usage, "num_server_side_tools_used") : kinds(usage.path("server_side_tool_usage_details")),
      count(usage, "num_search_queries"),
      count(in, "web_search_requests"),
      count(usage.path("plugins").path("search"), "count"),
      count(usage, "num_sources_used")
    };
    for (long calls : named) {
      if (calls > 0) {
        return calls;
      }
    }
    return 0;
  }

  private static long serverTools(JsonNode use) throws Nonsense {
    return count(use, use.hasNonNull("web_search_requests") ? "web_search_requests" : "tool_calls_executed");
  }

  /** One count for each kind of tool; what is counted beside the calls (posts, users) has another ending. */
  private static long kinds(JsonNode details) throws Nonsense {
    long sum = 0;
    for (Iterator<Map.Entry<String, JsonNode>> kinds = details.fields(); kinds.hasNext(); ) {
      String kind = kinds.next().getKey();
      sum += kind.endsWith(CALLS) ? count(details, kind) : 0;
    }
    return checked(sum, "server_side_tool_usage_details");
  }

  /** 0 where it is not there. */
  private static long count(JsonNode object, String name) throws Nonsense {
    return checked(OpenAiUsage.count(object, name), name);
  }

  private static long checked(long calls, String name) throws Nonsense {
    if (calls > MOST) {
      throw new Nonsense(name + " is absurd");
    }
    return calls;
  }
}
