package dev.exchequer.cli.prices;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/** A format in which prices are published. All of them are in US dollars. */
interface Catalogue {
  List<Catalogue> ALL = List.of(new OpenRouterCatalogue(), new ModelsDevCatalogue(), new LiteLlmCatalogue());

  /** As people call it. */
  String title();

  boolean recognises(JsonNode root);

  /**
   * The wanted models whose prices can be told. What else is wanted is in the report.
   *
   * @throws BadCatalogue if an amount is no number
   */
  List<ListedModel> read(JsonNode root, Choice choice, ImportReport report);

  static Optional<Catalogue> of(JsonNode root) {
    return ALL.stream().filter(catalogue -> catalogue.recognises(root)).findFirst();
  }

  /** The file is not what it looks like; the message names the place. */
  final class BadCatalogue extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadCatalogue(String message) {
      super(message);
    }
  }
}
