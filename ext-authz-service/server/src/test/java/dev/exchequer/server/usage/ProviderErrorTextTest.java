package dev.exchequer.server.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.fallback.Evidence;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderErrorTextTest {

  @Test
  void readsTheFourParts() {
    assertThat(read("{\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\",\"param\":\"messages\",\"code\":\"context_length_exceeded\"}}"))
        .isEqualTo(new Evidence.ProviderError("too long", "invalid_request_error", "messages", "context_length_exceeded"));
  }

  @Test
  void whatIsMissingOrNullIsAbsent() {
    assertThat(read("{\"error\":{\"message\":\"no\",\"param\":null}}")).isEqualTo(new Evidence.ProviderError("no", "", null, null));
    assertThat(read("{\"error\":{}}")).isEqualTo(new Evidence.ProviderError("", "", null, null));
  }

  @Test
  void aCodeMayBeANumberAndGarbageIsAbsent() {
    assertThat(read("{\"error\":{\"message\":[\"a\"],\"type\":{\"b\":1},\"param\":true,\"code\":422}}")).isEqualTo(new Evidence.ProviderError("", "", "true", "422"));
  }

  @Test
  void anErrorMayBeAString() {
    assertThat(read("{\"error\":\"model is loading, key sk-abcdef123456\"}")).isEqualTo(new Evidence.ProviderError("model is loading, key [masked]", "", null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", " ", "null", "42", "\"error\"", "[]", "[{\"error\":{\"message\":\"m\"}}]", "{}", "{\"error\":null}", "{\"error\":7}", "{\"error\":[\"m\"]}", "{\"detail\":\"m\"}",
        "<html>Bad Gateway</html>", "{\"error\":{\"message\":\"cut o", "{\"error\":{\"message\":\"whole\"}", "{\"error\":\"cut"
      })
  void whatSaysNothingInAKnownFormIsNull(String body) {
    assertThat(read(body)).isNull();
  }

  @Test
  void bytesThatAreNoTextAreNull() {
    assertThat(ProviderErrorText.read(new byte[] {(byte) 0xc3, 0x28, (byte) 0xff})).isNull();
    assertThat(ProviderErrorText.read("[".repeat(8192).getBytes(StandardCharsets.UTF_8))).isNull();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Incorrect API key provided: sk-proj-********************abcd. You can find it | Incorrect API key provided: [masked] You can find it
          key sk-abcdef. | key [masked]
          key sk_live_abcdef, no | key [masked], no
          key SK-ABCDEF | key [masked]
          all letters sk-abcdefghijklmnopqrstuvwxyz no | all letters [masked] no
          Authorization: Bearer abc | Authorization: [masked]
          bearer   x.y.z, next | [masked] next
          gsk_abcdef1 xai-abcdef1 ghp_abcdef1 | [masked] [masked] [masked]
          org-abcdef1 proj_abcdef1 | [masked] [masked]
          AIzaSyA1234567890abcdefghijklmnopqrstuv | [masked]
          digest 0123456789abcdef01234567 | digest [masked]
          only 0123456789abcdef0123456 | only 0123456789abcdef0123456
          letters abcdefghijklmnopqrstuvwx | letters [masked]
          starred abc_********************* | starred [masked]
          invalid_request_error_of_the_longest_kind | invalid_request_error_of_the_longest_kind
          see https://example.com/docs/guides/error-codes/api-errors | see https://example.com/docs/guides/error-codes/api-errors
          the task-key and a desk-organizer | the task-key and a desk-organizer
          model 'gpt-4o-mini-2024-07-18' not found | model 'gpt-4o-mini-2024-07-18' not found
          $1 \\ and \\$2 stay | $1 \\ and \\$2 stay
          """)
  void masksWhatLooksLikeAKey(String text, String shown) {
    assertThat(ProviderErrorText.clean(text)).isEqualTo(shown);
  }

  @Test
  void masksInEveryPart() {
    assertThat(read("{\"error\":{\"message\":\"sk-abcdef1\",\"type\":\"sk-abcdef2\",\"param\":\"sk-abcdef3\",\"code\":\"sk-abcdef4\"}}"))
        .isEqualTo(new Evidence.ProviderError("[masked]", "[masked]", "[masked]", "[masked]"));
  }

  @Test
  void controlCharactersAreDropped() {
    assertThat(ProviderErrorText.clean("a\u0000b\u001b[31mc\u007fd\u0085e")).isEqualTo("ab[31mcde");
    assertThat(ProviderErrorText.clean("lone \ud83d surrogate \udc00")).isEqualTo("lone  surrogate ");
  }

  @Test
  void linesBecomeOneLine() {
    assertThat(ProviderErrorText.clean("one\ntwo\r\nthree\tfour")).isEqualTo("one two  three four");
  }

  @Test
  void aKeyIsMaskedAlsoWhenControlCharactersSplitIt() {
    assertThat(ProviderErrorText.clean("sk-\u0000abc\u0001def123")).isEqualTo("[masked]");
    assertThat(ProviderErrorText.clean("0123456789ab\u0007cdef0123456789")).isEqualTo("[masked]");
  }

  @ParameterizedTest
  @CsvSource({"a, 1024", "ä, 512", "€, 341", "😀, 256"})
  void isCutAtOneKibibyteBetweenCodePoints(String letter, int fit) {
    // Spaces between them, so that no run looks like a key.
    String text = (letter + " ").repeat(2000);
    String cut = ProviderErrorText.clean(text);
    int size = letter.getBytes(StandardCharsets.UTF_8).length;
    assertThat(cut.getBytes(StandardCharsets.UTF_8).length).isBetween(1024 - size, 1024);
    assertThat(text).startsWith(cut);
    assertThat(cut.codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF)).isEmpty();
    // Without spaces: nothing but letters outside ASCII is never a key.
    if (!letter.equals("a")) {
      assertThat(ProviderErrorText.clean(letter.repeat(2000))).isEqualTo(letter.repeat(fit));
    }
  }

  @Test
  void masksBeforeItCuts() {
    String key = "sk-abcdefghijklmnop1234567890";
    for (int before = 1000; before <= 1030; before++) {
      String text = "x ".repeat(before / 2) + (before % 2 == 0 ? "" : " ") + key;
      assertThat(ProviderErrorText.clean(text)).doesNotContain("sk-").hasSizeLessThanOrEqualTo(1024);
    }
  }

  @Test
  void manyKeysTakeNoTime() {
    assertThat(ProviderErrorText.clean("bearer ".repeat(1200) + "sk-a".repeat(2000))).hasSizeLessThanOrEqualTo(1024).doesNotContain("sk-");
  }

  private static Evidence.@Nullable ProviderError read(String body) {
    return ProviderErrorText.read(body.getBytes(StandardCharsets.UTF_8));
  }
}
