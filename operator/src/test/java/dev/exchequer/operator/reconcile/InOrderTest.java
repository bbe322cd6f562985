package dev.exchequer.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.FieldLines;
import dev.exchequer.operator.model.ObjectKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class InOrderTest {
  private final Random random = new Random(5);
  private int made;

  @Test
  void isSortedWhateverComesAndGoes() {
    InOrder inOrder = new InOrder();
    List<Document> documents = new ArrayList<>();
    for (int round = 0; round < 300; round++) {
      for (int i = random.nextInt(4); i > 0; i--) {
        documents.add(document());
      }
      if (random.nextBoolean() && !documents.isEmpty()) {
        documents.remove(random.nextInt(documents.size()));
      }
      if (random.nextInt(3) == 0 && !documents.isEmpty()) {
        int at = random.nextInt(documents.size());
        documents.set(at, of(documents.get(at).key())); // changed: another one with the same key
      }
      if (random.nextBoolean()) {
        Collections.shuffle(documents, random);
      }
      List<Document> sorted = inOrder.of(documents);
      assertThat(sorted).hasSameSizeAs(documents).isSortedAccordingTo(Comparator.comparing(Document::key));
      assertThat(sorted).containsExactlyInAnyOrderElementsOf(documents);
    }
  }

  @Test
  void oneThatIsThereTwiceStaysSo() {
    InOrder inOrder = new InOrder();
    Document one = document();
    Document other = document();
    for (int round = 0; round < 3; round++) {
      assertThat(inOrder.of(List.of(one, other, one))).containsExactlyInAnyOrder(one, other, one).isSortedAccordingTo(Comparator.comparing(Document::key));
    }
    Document changed = of(one.key());
    assertThat(inOrder.of(List.of(changed, other, one))).containsExactlyInAnyOrder(changed, other, one);
  }

  private Document document() {
    return of(new ObjectKey(random.nextBoolean() ? "ModelRoute" : "Budget", new ObjectName("n" + random.nextInt(3), "d" + random.nextInt(1000) + "-" + made++)));
  }

  private static Document of(ObjectKey key) {
    return new Document(null, 0, Document.API_VERSION, key, JsonNodeFactory.instance.objectNode(), FieldLines.UNKNOWN);
  }
}
