package dev.exchequer.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.policy.Meter;
import dev.exchequer.pricing.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OpenAiUsageTest {

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          plain                | {"prompt_tokens":9,"completion_tokens":12,"total_tokens":21} | false | INPUT=9 OUTPUT=12
          embeddings           | {"prompt_tokens":8,"total_tokens":8} | false | INPUT=8 OUTPUT=0
          cached inside        | {"prompt_tokens":1204,"completion_tokens":311,"prompt_tokens_details":{"cached_tokens":1024}} | false | CACHE_READ=1024 INPUT=180 OUTPUT=311
          cached outside       | {"prompt_tokens":180,"completion_tokens":311,"prompt_tokens_details":{"cached_tokens":1024}} | true | CACHE_READ=1024 INPUT=180 OUTPUT=311
          all of it cached     | {"prompt_tokens":1024,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":1024}} | false | CACHE_READ=1024 INPUT=0 OUTPUT=1
          reasoning            | {"prompt_tokens":5,"completion_tokens":100,"completion_tokens_details":{"reasoning_tokens":64}} | false | INPUT=5 OUTPUT=36 REASONING=64
          only reasoning       | {"prompt_tokens":5,"completion_tokens":64,"completion_tokens_details":{"reasoning_tokens":64}} | false | INPUT=5 OUTPUT=0 REASONING=64
          audio both ways      | {"prompt_tokens":50,"completion_tokens":40,"prompt_tokens_details":{"audio_tokens":30},"completion_tokens_details":{"audio_tokens":25}} | false | AUDIO_INPUT=30 AUDIO_OUTPUT=25 INPUT=20 OUTPUT=15
          OpenRouter, Anthropic | {"prompt_tokens":25612,"completion_tokens":4,"total_tokens":25616,"cost":0.03,"prompt_tokens_details":{"cached_tokens":0,"cache_write_tokens":25600,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0},"server_tool_use":{"web_search_requests":0}} | false | CACHE_WRITE_5M=25600 INPUT=12 OUTPUT=4
          LiteLLM, Anthropic    | {"prompt_tokens":1000,"completion_tokens":4,"total_tokens":1004,"cache_read_input_tokens":500,"cache_creation_input_tokens":300,"prompt_tokens_details":{"cached_tokens":500,"cache_creation_tokens":300,"cache_creation_token_details":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200}}} | false | CACHE_READ=500 CACHE_WRITE_1H=200 CACHE_WRITE_5M=100 INPUT=200 OUTPUT=4
          relay, all outside    | {"prompt_tokens":10,"completion_tokens":4,"cache_read_input_tokens":500,"cache_creation_input_tokens":300,"cache_creation":{"ephemeral_1h_input_tokens":300}} | true | CACHE_READ=500 CACHE_WRITE_1H=300 INPUT=10 OUTPUT=4
          parts without a sum   | {"prompt_tokens":400,"completion_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":100,"ephemeral_1h_input_tokens":200}} | false | CACHE_WRITE_1H=200 CACHE_WRITE_5M=100 INPUT=100 OUTPUT=4
          DeepSeek              | {"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36} | false | CACHE_READ=64 INPUT=36 OUTPUT=9
          Moonshot              | {"prompt_tokens":100,"completion_tokens":9,"total_tokens":109,"cached_tokens":64} | false | CACHE_READ=64 INPUT=36 OUTPUT=9
          xAI, reasoning apart  | {"prompt_tokens":10120,"completion_tokens":1499,"total_tokens":14428,"prompt_tokens_details":{"cached_tokens":128},"completion_tokens_details":{"reasoning_tokens":2809}} | false | CACHE_READ=128 INPUT=9992 OUTPUT=1499 REASONING=2809
          only reasoning, apart | {"prompt_tokens":21,"completion_tokens":0,"total_tokens":81,"completion_tokens_details":{"reasoning_tokens":60}} | false | INPUT=21 OUTPUT=0 REASONING=60
          Gemini, not named     | {"prompt_tokens":21,"completion_tokens":5,"total_tokens":86} | false | INPUT=21 OUTPUT=5 REASONING=60
          a total of the cache  | {"prompt_tokens":21,"completion_tokens":5,"total_tokens":86,"cached_tokens":20} | false | CACHE_READ=20 INPUT=1 OUTPUT=5
          reasoning in the total| {"prompt_tokens":5,"completion_tokens":100,"total_tokens":105,"completion_tokens_details":{"reasoning_tokens":64}} | false | INPUT=5 OUTPUT=36 REASONING=64
          outside and apart     | {"prompt_tokens":10,"completion_tokens":5,"total_tokens":48,"prompt_tokens_details":{"cached_tokens":30},"completion_tokens_details":{"reasoning_tokens":3}} | true | CACHE_READ=30 INPUT=10 OUTPUT=5 REASONING=3
          images                | {"prompt_tokens":900,"completion_tokens":5,"prompt_tokens_details":{"text_tokens":100,"image_tokens":800}} | false | IMAGE_INPUT=800 INPUT=100 OUTPUT=5
          cached images         | {"prompt_tokens":900,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":850,"image_tokens":800}} | false | CACHE_READ=100 IMAGE_INPUT=800 INPUT=0 OUTPUT=5
          cached audio          | {"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":3,"audio_tokens":3}} | false | AUDIO_INPUT=3 CACHE_READ=2 INPUT=0 OUTPUT=2
          everything           | {"prompt_tokens":100,"completion_tokens":90,"prompt_tokens_details":{"cached_tokens":40,"audio_tokens":10},"completion_tokens_details":{"reasoning_tokens":30,"audio_tokens":20}} | false | AUDIO_INPUT=10 AUDIO_OUTPUT=20 CACHE_READ=40 INPUT=50 OUTPUT=40 REASONING=30
          audio, cached outside| {"prompt_tokens":10,"completion_tokens":0,"prompt_tokens_details":{"cached_tokens":40,"audio_tokens":10}} | true | AUDIO_INPUT=10 CACHE_READ=40 INPUT=0 OUTPUT=0
          OpenRouter, searches  | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use_details":{"web_search_requests":2,"tool_calls_requested":3,"tool_calls_executed":3}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=2
          OpenRouter, only run  | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use_details":{"tool_calls_requested":3,"tool_calls_executed":1}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=1
          Anthropic, searches   | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use":{"web_search_requests":3,"web_fetch_requests":2}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=3
          xAI, tools            | {"prompt_tokens":9,"completion_tokens":4,"num_sources_used":0,"num_server_side_tools_used":7,"server_side_tool_usage_details":{"web_search_calls":0,"x_search_calls":7,"x_posts_fetched":90}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=7
          xAI, only by kind     | {"prompt_tokens":9,"completion_tokens":4,"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":5,"x_posts_fetched":90,"mcp_calls":null}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=7
          xAI, Live Search      | {"prompt_tokens":9,"completion_tokens":4,"num_sources_used":12} | false | INPUT=9 OUTPUT=4 TOOL_CALL=12
          Perplexity            | {"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"citation_tokens":30,"num_search_queries":28,"search_context_size":"low","cost":{"total_cost":0.4}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=28
          LiteLLM, Gemini       | {"prompt_tokens":9,"completion_tokens":4,"prompt_tokens_details":{"web_search_requests":1}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=1
          Alibaba               | {"prompt_tokens":9,"completion_tokens":4,"plugins":{"search":{"count":1,"strategy":"turbo"}}} | false | INPUT=9 OUTPUT=4 TOOL_CALL=1
          two names of the same | {"prompt_tokens":9,"completion_tokens":4,"num_search_queries":3,"server_tool_use":{"web_search_requests":3},"server_tool_use_details":{"web_search_requests":3},"prompt_tokens_details":{"web_search_requests":3},"num_sources_used":40} | false | INPUT=9 OUTPUT=4 TOOL_CALL=3
          a name that says none | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use":{"web_search_requests":0},"num_search_queries":3} | false | INPUT=9 OUTPUT=4 TOOL_CALL=3
          all say none          | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use":{"web_search_requests":0},"num_sources_used":0} | false | INPUT=9 OUTPUT=4
          tools of another form | {"prompt_tokens":9,"completion_tokens":4,"server_tool_use":null,"server_tool_use_details":[4],"plugins":"web"} | false | INPUT=9 OUTPUT=4
          the most tool calls   | {"prompt_tokens":9,"completion_tokens":4,"num_search_queries":1000000} | false | INPUT=9 OUTPUT=4 TOOL_CALL=1000000
          explicit zero        | {"prompt_tokens":0,"completion_tokens":0} | false | INPUT=0 OUTPUT=0
          only completion      | {"completion_tokens":3} | false | INPUT=0 OUTPUT=3
          null details         | {"prompt_tokens":4,"completion_tokens":2,"prompt_tokens_details":null,"completion_tokens_details":null} | false | INPUT=4 OUTPUT=2
          null count in details| {"prompt_tokens":4,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":null}} | false | INPUT=4 OUTPUT=2
          null beside a count  | {"prompt_tokens":4,"completion_tokens":null} | false | INPUT=4 OUTPUT=0
          unknown members      | {"prompt_tokens":4,"completion_tokens":2,"cost":"free","x":{"y":[-1,1e99]},"prompt_tokens_details":{"text_tokens":-7}} | false | INPUT=4 OUTPUT=2
          rejected prediction  | {"prompt_tokens":4,"completion_tokens":20,"completion_tokens_details":{"accepted_prediction_tokens":3,"rejected_prediction_tokens":9}} | false | INPUT=4 OUTPUT=20
          the most             | {"prompt_tokens":1000000000,"completion_tokens":1000000000} | false | INPUT=1000000000 OUTPUT=1000000000
          white space          | `  {"prompt_tokens":1,"completion_tokens":1}  ` | false | INPUT=1 OUTPUT=1
          """)
  void becomesDisjointMeters(String what, String json, boolean cachedOutside, String expected) {
    ReportedUsage usage = read(json, cachedOutside);
    assertThat(usage).as(what).isInstanceOf(ReportedUsage.Read.class);
    assertThat(text(usage.orNothing().meters())).isEqualTo(expected);
    assertThat(usage.orNothing().source()).isEqualTo(Usage.Source.PROVIDER);
    assertThat(usage.orNothing().reported()).isTrue();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          negative                 | {"prompt_tokens":-1,"completion_tokens":2} | prompt_tokens is negative
          negative in details      | {"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":-5}} | reasoning_tokens is negative
          least long               | {"prompt_tokens":-9223372036854775808,"completion_tokens":2} | prompt_tokens is negative
          fractional               | {"prompt_tokens":1.5,"completion_tokens":2} | prompt_tokens is not a whole number
          fraction of nothing      | {"prompt_tokens":1,"completion_tokens":2.0} | completion_tokens is not a whole number
          exponent                 | {"prompt_tokens":1e12,"completion_tokens":2} | prompt_tokens is not a whole number
          a million million        | {"prompt_tokens":1000000000000,"completion_tokens":2} | prompt_tokens is absurd
          one above the most       | {"prompt_tokens":1,"completion_tokens":1000000001} | completion_tokens is absurd
          longer than long         | {"prompt_tokens":18446744073709551617,"completion_tokens":2} | prompt_tokens is absurd
          string                   | {"prompt_tokens":"9","completion_tokens":2} | prompt_tokens is not a whole number
          boolean                  | {"prompt_tokens":true,"completion_tokens":2} | prompt_tokens is not a whole number
          NaN                      | {"prompt_tokens":NaN,"completion_tokens":2} | usage is not JSON
          infinity                 | {"prompt_tokens":1,"completion_tokens":Infinity} | usage is not JSON
          NaN as a string          | {"prompt_tokens":"NaN","completion_tokens":2} | prompt_tokens is not a whole number
          object for a count       | {"prompt_tokens":{"n":1},"completion_tokens":2} | prompt_tokens is not a whole number
          array for a count        | {"prompt_tokens":[1],"completion_tokens":2} | prompt_tokens is not a whole number
          object in details        | {"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":{"n":1}}} | cached_tokens is not a whole number
          array as details         | {"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":[{"cached_tokens":1}]} | prompt_tokens_details is not an object
          string as details        | {"prompt_tokens":1,"completion_tokens":2,"completion_tokens_details":"many"} | completion_tokens_details is not an object
          duplicate                | {"prompt_tokens":1,"completion_tokens":2,"prompt_tokens":3} | usage is not JSON
          duplicate by an escape   | {"prompt_tokens":1,"completion_tokens":2,"prompt\\u005ftokens":3} | usage is not JSON
          duplicate in details     | {"prompt_tokens":1,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":1,"cached_tokens":0}} | usage is not JSON
          trailing object          | {"prompt_tokens":1,"completion_tokens":2}{} | usage is not JSON
          trailing brace           | {"prompt_tokens":1,"completion_tokens":2}} | usage is not JSON
          trailing text            | {"prompt_tokens":1,"completion_tokens":2} x | usage is not JSON
          cut off                  | {"prompt_tokens":1,"completion_tokens":2 | usage is not JSON
          comment                  | {"prompt_tokens":1,/**/"completion_tokens":2} | usage is not JSON
          array                    | [{"prompt_tokens":1,"completion_tokens":2}] | usage is not an object
          number                   | 42 | usage is not an object
          null                     | null | usage is not an object
          blank                    | `  ` | usage is not an object
          neither                  | {"total_tokens":21} | neither prompt_tokens nor completion_tokens
          both null                | {"prompt_tokens":null,"completion_tokens":null} | neither prompt_tokens nor completion_tokens
          empty                    | {} | neither prompt_tokens nor completion_tokens
          more cached than there is| {"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":6}} | prompt_tokens is less than its details
          more audio than there is | {"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":6}} | prompt_tokens is less than its details
          more written than there is | {"prompt_tokens":5,"completion_tokens":2,"prompt_tokens_details":{"cache_write_tokens":6}} | prompt_tokens is less than its details
          negative cache write     | {"prompt_tokens":5,"completion_tokens":2,"cache_creation_input_tokens":-6} | cache_creation_input_tokens is negative
          absurd cache hit         | {"prompt_tokens":5,"completion_tokens":2,"prompt_cache_hit_tokens":1e15} | prompt_cache_hit_tokens is not a whole number
          a total that fits nothing| {"prompt_tokens":5,"completion_tokens":2,"total_tokens":99,"completion_tokens_details":{"reasoning_tokens":3}} | completion_tokens is less than its details
          negative searches        | {"prompt_tokens":5,"completion_tokens":2,"num_search_queries":-1} | num_search_queries is negative
          searches as a string     | {"prompt_tokens":5,"completion_tokens":2,"server_tool_use":{"web_search_requests":"3"}} | web_search_requests is not a whole number
          a fraction of a search   | {"prompt_tokens":5,"completion_tokens":2,"num_sources_used":1.5} | num_sources_used is not a whole number
          absurd searches          | {"prompt_tokens":5,"completion_tokens":2,"num_search_queries":1000001} | num_search_queries is absurd
          absurd beside a good one | {"prompt_tokens":5,"completion_tokens":2,"server_tool_use":{"web_search_requests":3},"num_sources_used":1000000000000} | num_sources_used is absurd
          absurd all together      | {"prompt_tokens":5,"completion_tokens":2,"server_side_tool_usage_details":{"web_search_calls":600000,"x_search_calls":600000}} | server_side_tool_usage_details is absurd
          one of them negative     | {"prompt_tokens":5,"completion_tokens":2,"server_side_tool_usage_details":{"web_search_calls":6,"x_search_calls":-6}} | x_search_calls is negative
          more reasoning           | {"prompt_tokens":5,"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":1}} | completion_tokens is less than its details
          """)
  void nonsenseIsRejected(String what, String json, String reason) {
    ReportedUsage usage = read(json, false);
    assertThat(usage).as(what).isEqualTo(new ReportedUsage.Rejected(reason));
    assertThat(usage.orNothing()).isEqualTo(Usage.NOTHING);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"a\":"})
  void deepNestingIsRejected(String open) {
    String close = open.startsWith("[") ? "]" : "}";
    assertThat(read(open.repeat(100_000), false)).isInstanceOf(ReportedUsage.Rejected.class);
    String deep = open.repeat(100_000) + "1" + close.repeat(100_000);
    assertThat(read("{\"prompt_tokens\":1,\"completion_tokens\":1,\"x\":" + deep + "}", false)).isInstanceOf(ReportedUsage.Rejected.class);
  }

  @Test
  void aNumberOfManyDigitsIsRejected() {
    assertThat(read("{\"prompt_tokens\":" + "9".repeat(4000) + "}", false)).isInstanceOf(ReportedUsage.Rejected.class);
  }

  @Test
  void bytesThatAreNoTextAreRejected() {
    assertThat(OpenAiUsage.read(new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1}, false, Usage.Source.PROVIDER)).isInstanceOf(ReportedUsage.Rejected.class);
  }

  @Test
  void noBytesAreNoUsage() {
    ReportedUsage usage = read("", false);
    assertThat(usage).isEqualTo(new ReportedUsage.None());
    assertThat(usage.orNothing().reported()).isFalse();
  }

  @Test
  void keepsWhoCarriedIt() {
    byte[] raw = "{\"prompt_tokens\":0,\"completion_tokens\":0}".getBytes(StandardCharsets.UTF_8);
    Usage usage = OpenAiUsage.read(raw, false, Usage.Source.JOURNAL).orNothing();
    assertThat(usage.source()).isEqualTo(Usage.Source.JOURNAL);
    assertThat(usage.reported()).isTrue();
  }

  private static ReportedUsage read(String json, boolean cachedOutside) {
    return OpenAiUsage.read(json.getBytes(StandardCharsets.UTF_8), cachedOutside, Usage.Source.PROVIDER);
  }

  private static String text(Map<Meter, Long> meters) {
    Map<String, Long> sorted = new TreeMap<>();
    meters.forEach((meter, quantity) -> sorted.put(meter.name(), quantity));
    return sorted.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).collect(Collectors.joining(" "));
  }
}
