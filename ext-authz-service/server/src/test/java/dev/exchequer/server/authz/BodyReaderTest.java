package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.policy.Endpoint;
import dev.exchequer.pricing.Demand;
import dev.exchequer.server.authz.BodyResult.Bad;
import dev.exchequer.server.authz.BodyResult.ParsedBody;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullMarked
class BodyReaderTest {
  private static final String HI = "\"model\":\"ok\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]";

  @ParameterizedTest(name = "{1}: {0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      nullValues = "-",
      value = {
        "{                                                       | -",
        "[]                                                      | -",
        "7                                                       | -",
        "{\"model\":\"ok\",\"messages\":[]} x                    | -",
        "{\"model\":\"ok\",\"messages\":[]}{}                    | -",
        "{\"model\":\"ok\",\"messages\":[],}                     | -",
        "{\"model\":\"ok\",\"messages\":[1,]}                    | messages[0]",
        "{\"model\":\"ok\" \"messages\":[]}                      | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":01}             | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":1.}             | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":+1}             | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":NaN}            | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":tru}            | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":'a'}            | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":\"\\x\"}        | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":\"\\u12\"}      | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":\"\\ud800\"}    | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":\"\\udc00\"}    | -",
        "{\"model\":\"ok\",\"messages\":[],\"x\":\"\\ud800\\n\"} | -",
        "{\"messages\":[]}                                       | model",
        "{\"model\":7,\"messages\":[]}                           | model",
        "{\"model\":null,\"messages\":[]}                        | model",
        "{\"model\":\"\",\"messages\":[]}                        | model",
        "{\"model\":\"a\\nb\",\"messages\":[]}                   | model",
        "{\"model\":\"ok\"}                                      | messages",
        "{\"model\":\"ok\",\"messages\":\"hi\"}                  | messages",
        "{\"model\":\"ok\",\"messages\":null}                    | messages",
        "{\"model\":\"ok\",\"messages\":[\"hi\"]}                | messages[0]",
        "{\"model\":\"ok\",\"messages\":[{},{\"content\":7}]}    | messages[1].content",
        "{\"model\":\"ok\",\"messages\":[{\"content\":[7]}]}     | messages[0].content",
        "{\"model\":\"ok\",\"messages\":[],\"stream\":\"yes\"}   | stream",
        "{\"model\":\"ok\",\"messages\":[],\"stream\":1}         | stream",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":-1}    | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":0}     | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":1e2}   | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":\"5\"} | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"max_tokens\":9999999999999999999} | max_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"max_completion_tokens\":1.5} | max_completion_tokens",
        "{\"model\":\"ok\",\"messages\":[],\"n\":0}              | n",
        "{\"model\":\"ok\",\"messages\":[],\"n\":-1}             | n",
        "{\"model\":\"ok\",\"messages\":[],\"n\":1.0}            | n",
        "{\"model\":\"ok\",\"messages\":[],\"n\":1e0}            | n",
        "{\"model\":\"ok\",\"messages\":[],\"n\":129}            | n",
        "{\"model\":\"ok\",\"messages\":[],\"user\":[]}          | user",
        "{\"model\":\"ok\",\"messages\":[],\"service_tier\":1}   | service_tier",
        "{\"model\":\"ok\",\"messages\":[],\"stream_options\":1} | stream_options",
        "{\"model\":\"ok\",\"messages\":[],\"stream_options\":{\"include_usage\":1}} | stream_options.include_usage",
        "{\"model\":\"ok\",\"messages\":[],\"stream_options\":{\"include_usage\":true,\"\\u0069nclude_usage\":false}} | stream_options.include_usage",
        "{\"model\":\"ok\",\"mod\\u0065l\":\"other\",\"messages\":[]} | model",
        "{\"model\":\"ok\",\"messages\":[],\"x\":1,\"\\u0078\":1} | x",
      })
  void bad(String body, @Nullable String param) {
    BodyResult result = read(Endpoint.CHAT_COMPLETIONS, body.strip());
    assertThat(result).isInstanceOf(Bad.class);
    assertThat(((Bad) result).param()).isEqualTo(param);
    assertThat(((Bad) result).message()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {0x80, 0xc0, 0xc1, 0xf5, 0xff, 0xed, 0xe0, 0xf0})
  void notUtf8(int lead) {
    byte[] body = ("{" + HI + ",\"x\":\"a?\u007f\u007f\u007f\"}").getBytes(StandardCharsets.ISO_8859_1);
    body[new String(body, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) lead;
    assertThat(BodyReader.read(Endpoint.CHAT_COMPLETIONS, body, 0, body.length)).isInstanceOf(Bad.class);
  }

  @Test
  void encodedSurrogatesAndOverlongFormsAreNotUtf8() {
    for (int[] bytes : new int[][] {{0xed, 0xa0, 0x80}, {0xe0, 0x80, 0x80}, {0xf0, 0x80, 0x80, 0x80}, {0xf4, 0x90, 0x80, 0x80}, {0xe2, 0x82}}) {
      StringBuilder text = new StringBuilder();
      for (int b : bytes) {
        text.append((char) b);
      }
      byte[] body = ("{" + HI + ",\"x\":\"" + text + "\"}").getBytes(StandardCharsets.ISO_8859_1);
      assertThat(BodyReader.read(Endpoint.CHAT_COMPLETIONS, body, 0, body.length)).isInstanceOf(Bad.class);
    }
  }

  @Test
  void controlCharactersAndEmptyBodies() {
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"x\":\"a\nb\"}")).isInstanceOf(Bad.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "")).isInstanceOf(Bad.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "  ")).isInstanceOf(Bad.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "\ufeff{" + HI + "}")).isInstanceOf(Bad.class);
  }

  @Test
  void everyCutIsBad() {
    String body = "{" + HI + ",\"stream\":true,\"stream_options\":{\"a\":[1.5e-3,null,\"\\u00e9\"]},\"n\":2}";
    for (int cut = 0; cut < body.length(); cut++) {
      assertThat(read(Endpoint.CHAT_COMPLETIONS, body.substring(0, cut))).as("cut at " + cut).isInstanceOf(Bad.class);
    }
    assertThat(read(Endpoint.CHAT_COMPLETIONS, body)).isInstanceOf(ParsedBody.class);
  }

  @Test
  void depthHasALimit() {
    // The object itself is level 1.
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"x\":" + "[".repeat(511) + "]".repeat(511) + "}")).isInstanceOf(ParsedBody.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"x\":" + "[".repeat(512) + "]".repeat(512) + "}")).isInstanceOf(Bad.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"x\":" + "[".repeat(1_000_000))).isInstanceOf(Bad.class);
    assertThat(read(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"x\":" + "{\"a\":".repeat(100_000))).isInstanceOf(Bad.class);
  }

  @Test
  void whatAChatAsksFor() {
    ParsedBody plain = good(Endpoint.CHAT_COMPLETIONS, "{" + HI + "}");
    assertThat(plain.model()).isEqualTo("ok");
    assertThat(plain.stream()).isFalse();
    assertThat(plain.demand().textBound()).as("ok, user, hi and one message").isEqualTo(2 + 4 + 2 + 16);
    assertThat(plain.demand().nonTextParts()).isFalse();
    assertThat(plain.demand().serviceTier()).isEqualTo("default");
    assertThat(plain.edits().mode()).isEqualTo("json,strip,1");

    ParsedBody full =
        good(Endpoint.CHAT_COMPLETIONS,
            " {\"mod\\u0065l\" : \"o\\u006b\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true},\"n\":3,\"user\":\"ann\","
                + "\"max_tokens\":7,\"max_completion_tokens\":5,\"service_tier\":\"flex\"}\r\n ");
    assertThat(full.model()).isEqualTo("ok");
    assertThat(full.includeUsageAsked()).isTrue();
    assertThat(full.endUser()).isEqualTo("ann");
    assertThat(full.demand().clientCap()).isEqualTo(5);
    assertThat(full.demand().choices()).isEqualTo(3);
    assertThat(full.demand().serviceTier()).isEqualTo("flex");
    assertThat(full.edits().mode()).isEqualTo("stream,keep,3");
    assertThat(good(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"service_tier\":\"auto\",\"n\":null,\"stream\":null,\"user\":null,\"max_tokens\":null}").demand())
        .isEqualTo(new Demand(24 + 4, false, 0, 1, 1, "default", null, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "a                  | 1",
        "\u00e9             | 2",
        "\u20ac             | 3",
        "\\n\\\"\\/         | 3",
        "\\u0041            | 1",
        "\\u00e9            | 2",
        "\\u20ac            | 3",
        "\\ud83d\\ude00     | 4",
        "a\\ud83d\\ude00b   | 6",
      })
  void textIsCountedInBytesOfUtf8(String content, int bytes) {
    String body = "{\"model\":\"m\",\"messages\":[{\"content\":\"" + content + "\"}]}";
    assertThat(good(Endpoint.CHAT_COMPLETIONS, body).demand().textBound()).isEqualTo(1 + 16 + bytes);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"type\":\"text\",\"text\":\"a\"}                                        | false",
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"http://example.test\"}}  | true",
        "{\"type\":\"input_audio\",\"input_audio\":{}}                             | true",
        "{\"type\":\"file\",\"file\":{\"file_id\":\"f\"}}                          | true",
        "{\"type\":\"text\",\"typ\\u0065\":\"image_url\"}                          | true",
        "{\"\\u0069mage_url\":{}}                                                  | true",
      })
  void partsThatTheTextDoesNotBound(String part, boolean nonText) {
    assertThat(good(Endpoint.CHAT_COMPLETIONS, "{\"model\":\"m\",\"messages\":[{\"content\":[" + part + "]}]}").demand().nonTextParts()).isEqualTo(nonText);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      nullValues = "-",
      value = {
        "\"plugins\":[{\"id\":\"web\"},{\"id\":\"file-parser\"}] | plugins",
        "\"plugins\":[{\"id\":\"file-parser\",\"enabled\":false}] | -",
        "\"plugins\":[{\"id\":\"web\",\"id\":\"web\"}] | plugins",
        "\"plugins\":[{\"id\":\"pdf\",\"enabled\":false,\"enabled\":true}] | plugins",
        "\"plugins\":[{\"name\":\"web\"}]            | plugins",
        "\"plugins\":[\"web\"]                        | plugins",
        "\"plugins\":{\"id\":\"web\"}               | plugins",
        "\"plugins\":[{\"id\":\"web\"}]              | -",
        "\"plugins\":[]                                 | -",
        "\"plugins\":null                               | -",
        "\"prediction\":{\"type\":\"content\"}         | prediction",
        "\"audio\":{\"voice\":\"x\"}                   | audio",
        "\"modalities\":[\"text\"]                     | -",
        "\"modalities\":[\"text\",\"audio\"]           | modalities",
        "\"tools\":[{\"type\":\"function\"}]           | -",
        "\"tools\":[{\"type\":\"web_search\"}]         | -",
        "\"tools\":[{\"type\":\"web_search\"},{\"type\":\"code_interpreter\"}] | tools",
        "\"tools\":[{\"type\":\"browser_search\"}]     | tools",
        "\"tools\":null                                | -",
        "\"store\":true                                | -",
      })
  void whatNoMeterCovers(String member, @Nullable String field) {
    assertThat(good(Endpoint.CHAT_COMPLETIONS, "{" + HI + "," + member + "}").demand().unmetered()).isEqualTo(field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      nullValues = "-",
      value = {
        "\"web_search_options\":{}                     | web_search_options",
        "\"web_search_options\":null                   | -",
        "\"search_parameters\":{\"mode\":\"auto\"}     | search_parameters",
        "\"enable_search\":true                        | enable_search",
        "\"enable_search\":false                       | -",
        "\"plugins\":[{\"id\":\"web\"}]              | plugins",
        "\"plugins\":[{\"max_results\":9,\"\\u0069d\":\"w\\u0065b\"}] | plugins",
        "\"plugins\":[{\"id\":\"web\",\"enabled\":true}] | plugins",
        "\"plugins\":[{\"id\":\"web\",\"enabled\":false}] | -",
        "\"plugins\":[{\"id\":\"web\",\"enabled\":false,\"enabled\":true}] | plugins",
        "\"plugins\":[]                                | -",
        "\"tools\":[{\"type\":\"function\"}]           | -",
        "\"tools\":[{\"type\":\"web_search\"}]         | tools",
        "\"tools\":[{\"type\":\"web_search_20250305\"}] | tools",
        "\"tools\":[{\"type\":\"web_search_preview\"}] | tools",
        "\"tools\":[{\"type\":\"openrouter:web_search\"}] | tools",
        "\"tools\":[{\"type\":\"x_search\"}]           | tools",
        "\"tools\":[{\"type\":\"function\"},{\"type\":\"live_search\"}] | tools",
        "\"tools\":[{\"type\":\"code_interpreter\"}]   | -",
      })
  void whatAsksTheProviderToSearch(String member, @Nullable String field) {
    assertThat(good(Endpoint.CHAT_COMPLETIONS, "{" + HI + "," + member + "}").demand().toolCalls()).isEqualTo(field);
  }

  @Test
  void toolsCountWithAllTheirBytes() {
    String tools = "[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"enum\":[1,2,3]}}}]";
    assertThat(good(Endpoint.CHAT_COMPLETIONS, "{" + HI + ",\"tools\":" + tools + "}").demand().textBound()).isEqualTo(24 + 16 + tools.length());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "\"abc\"           | 1 | 3",
        "null              | 1 | 0",
        "[\"a\",\"bc\"]    | 2 | 3",
        "[1,2,3]           | 1 | 3",
        "[[1,2],[3]]       | 2 | 3",
      })
  void prompts(String prompt, int prompts, int bound) {
    ParsedBody body = good(Endpoint.COMPLETIONS, "{\"model\":\"m\",\"prompt\":" + prompt + ",\"n\":2,\"best_of\":4}");
    assertThat(body.demand().prompts()).isEqualTo(prompts);
    assertThat(body.demand().textBound()).isEqualTo(1 + bound);
    assertThat(body.demand().choices()).isEqualTo(4);
    assertThat(body.edits().finishes()).isEqualTo(2 * prompts);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "7", "{}", "[\"a\",1]", "[null]", "[[\"a\"]]", "[1.5]", "[-1]", "[[null]]", "true"})
  void wrongPrompts(String prompt) {
    for (Endpoint endpoint : new Endpoint[] {Endpoint.COMPLETIONS, Endpoint.EMBEDDINGS}) {
      String field = endpoint == Endpoint.COMPLETIONS ? "prompt" : "input";
      BodyResult result = read(endpoint, "{\"model\":\"m\",\"" + field + "\":" + prompt + "}");
      assertThat(result).isInstanceOf(Bad.class);
      assertThat(((Bad) result).param()).isEqualTo(field);
    }
  }

  @Test
  void embeddings() {
    assertThat(((Bad) read(Endpoint.EMBEDDINGS, "{\"model\":\"m\"}")).param()).isEqualTo("input");
    assertThat(((Bad) read(Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":null}")).param()).isEqualTo("input");
    ParsedBody body = good(Endpoint.EMBEDDINGS, "{\"model\":\"m\",\"input\":[\"a\",\"b\"],\"stream\":true,\"max_tokens\":\"x\",\"n\":0}");
    assertThat(body.stream()).isFalse();
    assertThat(body.demand().prompts()).isEqualTo(1);
    assertThat(body.demand().textBound()).isEqualTo(1 + 2 + 1);
  }

  @Test
  void aBodyInsideALargerArray() {
    byte[] bytes = ("xx{" + HI + "}yy").getBytes(StandardCharsets.UTF_8);
    ParsedBody body = (ParsedBody) BodyReader.read(Endpoint.CHAT_COMPLETIONS, bytes, 2, bytes.length - 4);
    assertThat(body.edits().insertAt()).isEqualTo(1);
  }

  private static BodyResult read(Endpoint endpoint, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return BodyReader.read(endpoint, bytes, 0, bytes.length);
  }

  static ParsedBody good(Endpoint endpoint, String body) {
    BodyResult result = read(endpoint, body);
    assertThat(result).isInstanceOf(ParsedBody.class);
    return (ParsedBody) result;
  }
}
