package dev.exchequer.operator.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.operator.ScaleWorld;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.model.GatewayIdentity;
import dev.exchequer.operator.model.Inventory;
import dev.exchequer.operator.model.ObjectKey;
import dev.exchequer.operator.model.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is found of an object that stayed the same is kept, but not longer than the form before it that it was compared with. */
final class ValidatorTest {
  private final Validator validator = new Validator(GatewayIdentity.of("default"));

  @Test
  void theSameObjectIsComparedAnewWithAnotherFormBefore() {
    List<Document> objects = new ArrayList<>(ScaleWorld.base());
    Document balance = ScaleWorld.balance(1, "100");
    objects.removeIf(document -> document.key().equals(balance.key()));
    objects.add(balance);
    Inventory written = Inventory.of(new Reading(objects, List.of(), ""), Inventory.empty(), validator.kinds(), Map.of()).inventory();
    Document otherUnit =
        ScaleWorld.ours("Balance", "credit", 1, "{projectRef: {name: acme}, type: Credit, unit: POINTS, routeClasses: [Direct], initialGrants: [{id: opening, amount: '100'}]}");

    assertThat(inForce(written, Map.of()).get(balance.key())).isSameAs(balance);
    assertThat(inForce(written, Map.of(balance.key(), otherUnit)).get(balance.key())).as("a unit cannot be changed, so the form before stays").isSameAs(otherUnit);
    assertThat(inForce(written, Map.of(balance.key(), balance)).get(balance.key())).isSameAs(balance);
    assertThat(inForce(written, Map.of()).get(balance.key())).isSameAs(balance);
  }

  private Map<ObjectKey, Document> inForce(Inventory written, Map<ObjectKey, Document> lastGood) {
    return validator.validate(written, new HashMap<>(lastGood)).inForce().objects();
  }
}
