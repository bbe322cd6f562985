package dev.exchequer.operator.validate;

import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.ObjectKey;
import org.jspecify.annotations.Nullable;

/** What was found of one document alone, asked again only when its last good form is another one. */
final class Alone {
  private final ObjectCheck check;
  private final Document document;
  private @Nullable Document before;
  private @Nullable Found found;

  Alone(ObjectCheck check, Document document) {
    this.check = check;
    this.document = document;
  }

  ObjectKey key() {
    return document.key();
  }

  /** @param lastGood null = none; the document itself says as much: nothing changed */
  Found against(@Nullable Document lastGood) {
    Document other = lastGood == document ? null : lastGood;
    Found known = found;
    if (known == null || other != before) {
      known = check.check(document, other);
      found = known;
      before = other;
    }
    return known;
  }
}
