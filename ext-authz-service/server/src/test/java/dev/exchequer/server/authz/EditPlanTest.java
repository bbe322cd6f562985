package dev.exchequer.server.authz;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Endpoint;
import dev.exchequer.policy.Provider;
import dev.exchequer.server.authz.BodyResult.ParsedBody;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Applies edits as the meter does: from the last to the first, old bytes verified. */
@NullMarked
class EditPlanTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\u0001',
      value = {
        "{\"model\":\"m\",\"messages\":[],\"max_tokens\":5}                                   | max_tokens            | m | 5 | {\"model\":\"m\",\"messages\":[],\"max_tokens\":5}",
        "{\"model\":\"m\",\"messages\":[],\"max_tokens\":5}                                   | max_tokens            | x | 4 | {\"model\":\"x\",\"messages\":[],\"max_tokens\":4}",
        "{\"model\":\"m\",\"messages\":[],\"max_tokens\":5}                                   | max_completion_tokens | m | 5 | {\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":5}",
        "{\"model\":\"m\",\"messages\":[],\"max_tokens\":null}                                | max_tokens            | m | 5 | {\"model\":\"m\",\"messages\":[],\"max_tokens\":5}",
        "{\"max_completion_tokens\":7,\"max_tokens\":5,\"model\":\"m\",\"messages\":[]}       | max_tokens            | m | 5 | {\"max_tokens\":5,\"model\":\"m\",\"messages\":[]}",
        "{\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":7, \"max_tokens\" : 5 }   | max_completion_tokens | m | 5 | {\"model\":\"m\",\"messages\":[],\"max_completion_tokens\":5    }",
        "{\"model\":\"m\",\"messages\":[]}                                                    | max_tokens            | m | 9 | {\"max_tokens\":9,\"model\":\"m\",\"messages\":[]}",
        "{\"model\":\"m\",\"messages\":[],\"stream\":true}                                    | max_tokens            | m | 9 | {\"stream_options\":{\"include_usage\":true},\"max_tokens\":9,\"model\":\"m\",\"messages\":[],\"stream\":true}",
        "{\"max_tokens\":8,\"max_completion_tokens\":9,\"model\":\"m\",\"messages\":[],\"stream\":true} | max_completion_tokens | m | 9 | {\"stream_options\":{\"include_usage\":true},\"max_completion_tokens\":9,\"model\":\"m\",\"messages\":[],\"stream\":true}",
        "{\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"a\":1},\"max_tokens\":9} | max_tokens | m | 9 | {\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true,\"a\":1},\"max_tokens\":9}",
        "{\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{ },\"max_tokens\":9} | max_tokens | m | 9 | {\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true },\"max_tokens\":9}",
        "{\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":false},\"max_tokens\":9} | max_tokens | m | 9 | {\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":9}",
        "{\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":null,\"max_tokens\":9} | max_tokens | m | 9 | {\"model\":\"m\",\"messages\":[],\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":9}",
        "{\"model\":\"m\",\"messages\":[],\"stream_options\":null,\"max_tokens\":9}           | max_tokens            | m | 9 | {\"model\":\"m\",\"messages\":[],\"stream_options\":null,\"max_tokens\":9}",
      })
  void table(String body, String capField, String upstream, long cap, String expected) {
    ParsedBody parsed = BodyReaderTest.good(Endpoint.CHAT_COMPLETIONS, body);
    String edits = parsed.edits().forHop(provider(capField), upstream, cap);
    assertThat(apply(body, edits)).isEqualTo(expected);
    assertThat(edits.isEmpty()).isEqualTo(body.equals(expected));
  }

  @Test
  void completionsKnowOneCapField() {
    String body = "{\"model\":\"m\",\"prompt\":\"a\"}";
    String edits = BodyReaderTest.good(Endpoint.COMPLETIONS, body).edits().forHop(provider("max_completion_tokens"), "m", 3);
    assertThat(apply(body, edits)).isEqualTo("{\"max_tokens\":3,\"model\":\"m\",\"prompt\":\"a\"}");
  }

  @Test
  void anEndpointWithoutACapKeepsWhatItHas() {
    String body = "{\"model\":\"m\",\"input\":\"a\",\"max_tokens\":4}";
    assertThat(BodyReaderTest.good(Endpoint.EMBEDDINGS, body).edits().forHop(provider("max_tokens"), "m", 0)).isEmpty();
  }

  @Test
  void anyBodyComesOutAsAskedAndOtherwiseUntouched() throws Exception {
    for (long seed = 1; seed <= 5000; seed++) {
      RandomBody random = new RandomBody(new Random(seed));
      String body = random.text();
      ParsedBody parsed = BodyReaderTest.good(Endpoint.CHAT_COMPLETIONS, body);
      String field = seed % 2 == 0 ? "max_tokens" : "max_completion_tokens";
      String upstream = seed % 3 == 0 ? parsed.model() : "up\"st\\ream \u00e9";
      long cap = parsed.demand().clientCap() == 0 || seed % 5 == 0 ? 4096 : parsed.demand().clientCap();
      String edited = apply(body, parsed.edits().forHop(provider(field), upstream, cap));

      ObjectNode expected = (ObjectNode) JSON.readTree(body);
      expected.remove(List.of("max_tokens", "max_completion_tokens"));
      expected.put(field, cap).put("model", upstream);
      if (parsed.stream()) {
        ObjectNode options = expected.get("stream_options") instanceof ObjectNode there ? there : JSON.createObjectNode();
        expected.set("stream_options", options.put("include_usage", true));
      }
      assertThat(JSON.readTree(edited)).as("seed " + seed + ": " + body + "\n -> " + edited).isEqualTo(JSON.readTree(expected.toString()));
    }
  }

  private static Provider provider(String capField) {
    return new Provider(new ObjectName("default", "p"), "OpenAI", "/v1", capField, false, false, 10, false);
  }

  static String apply(String body, String edits) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    if (edits.isEmpty()) {
      return body;
    }
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    String[] list = edits.split(",", -1);
    int before = Integer.MAX_VALUE;
    for (int i = list.length - 1; i >= 0; i--) {
      String[] edit = list[i].split(":", -1);
      int at = Integer.parseInt(edit[0]);
      int length = Integer.parseInt(edit[1]);
      assertThat(at + length).as("edits in order, not touching: " + edits).isLessThan(before);
      before = at;
      String expect = new String(HexFormat.of().parseHex(edit[2]), StandardCharsets.ISO_8859_1);
      assertThat(text.substring(at, at + length)).isEqualTo(expect);
      text = text.substring(0, at) + new String(HexFormat.of().parseHex(edit[3]), StandardCharsets.ISO_8859_1) + text.substring(at + length);
    }
    return new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  /** Valid chat bodies with any order of members, white space, escapes and text that looks like what is edited. */
  private record RandomBody(Random random) {
    String text() {
      List<String> members = new ArrayList<>();
      members.add(member("model", string(random.nextBoolean() ? "gpt" : "a/b:c")));
      members.add(member("messages", "[" + ws() + "{\"role\":\"user\",\"content\":" + value(0) + "}" + ws() + "]"));
      sometimes(members, "stream", pick("true", "false", "null", "true"));
      sometimes(members, "stream_options", pick("null", "{" + ws() + "}", "{" + member("include_usage", pick("true", "false", "null")) + "," + member("x", value(0)) + "}", "{" + member("a", value(1)) + ws() + "}"));
      sometimes(members, "max_tokens", pick("1", "77", "null", "100000"));
      sometimes(members, "max_completion_tokens", pick("1", "78", "null"));
      sometimes(members, "temperature", "0.70");
      sometimes(members, "metadata", "{" + member("model", value(1)) + "}");
      sometimes(members, "\u00e9\u20ac", value(0));
      Collections.shuffle(members, random);
      return ws() + "{" + String.join(",", members) + "}" + ws();
    }

    private void sometimes(List<String> members, String name, @Nullable String value) {
      if (random.nextInt(3) > 0 && value != null) {
        members.add(member(name, value));
      }
    }

    private String member(String name, String value) {
      return ws() + string(name) + ws() + ":" + ws() + value + ws();
    }

    private String pick(String... of) {
      return of[random.nextInt(of.length)];
    }

    private String ws() {
      return pick("", "", "", " ", "\n", "\t \r\n", "  ");
    }

    private String value(int kind) {
      return kind == 0 || random.nextBoolean()
          ? string(pick("hi", "\"model\":\"m\"", "caf\u00e9 \ud83d\ude00 \\ / \n \u0001", "{\"stream_options\":{}}", ""))
          : pick("1e-7", "-0.0", "[]", "[1,{\"max_tokens\":5}]", "{\"model\":\"inner\"}", "false", "null");
    }

    private String string(String content) {
      StringBuilder out = new StringBuilder("\"");
      for (int i = 0; i < content.length(); i++) {
        char c = content.charAt(i);
        if (c < ' ' || c == '"' || c == '\\' || Character.isSurrogate(c) || random.nextInt(10) == 0) {
          out.append(String.format("\\u%04x", (int) c));
        } else {
          out.append(c);
        }
      }
      return out.append('"').toString();
    }
  }
}
