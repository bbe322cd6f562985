package dev.exchequer.cli.prices;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which models of a catalogue are wanted: globs with * and ?, several mean any of them, none means all. */
final class Choice {
  private final List<Pattern> providers;
  private final List<Pattern> models;

  Choice(List<String> providers, List<String> models) {
    this.providers = providers.stream().map(Choice::glob).toList();
    this.models = models.stream().map(Choice::glob).toList();
  }

  boolean takes(String provider, String model) {
    return any(providers, provider) && any(models, model);
  }

  private static boolean any(List<Pattern> globs, String text) {
    return globs.isEmpty() || globs.stream().anyMatch(glob -> glob.matcher(text).matches());
  }

  private static Pattern glob(String glob) {
    return Pattern.compile(
        glob.codePoints()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining()));
  }
}
