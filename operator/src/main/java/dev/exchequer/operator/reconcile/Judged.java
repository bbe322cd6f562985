package dev.exchequer.operator.reconcile;

import dev.exchequer.operator.GatewayPipeline.Compiled;
import dev.exchequer.operator.ir.GatewayPlan;
import dev.exchequer.operator.model.Document;
import dev.exchequer.operator.publish.Outcome;
import dev.exchequer.operator.status.Served;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What was compiled last, what became of it, and what serves: the state that statuses are made of. */
final class Judged {
  private static final Compiled EMPTY = Compiled.of(GatewayPlan.EMPTY, new byte[0], "", List.of());

  /**
   * What was compiled last.
   *
   * @param number counts compilations
   * @param inPlan what of the objects is in the plan
   * @param outcome what became of it here, null = on its way
   */
  record World(long number, Compiled compiled, List<Document> objects, Served inPlan, @Nullable Outcome outcome) {}

  private record Confirmed(long number, Served inPlan) {}

  private World world = new World(0, EMPTY, List.of(), Served.NOTHING, null);

  /** The newest plan that no Envoy refused, and the one before it: a refusal may come late, from another replica. */
  private Confirmed confirmed = new Confirmed(0, Served.NOTHING);

  private Confirmed before = confirmed;

  synchronized World world() {
    return world;
  }

  synchronized long compiled(Compiled compiled, List<Document> objects) {
    world = new World(world.number + 1, compiled, objects, world.inPlan.next(compiled, objects), null);
    return world.number;
  }

  /** Whether it is still the newest. */
  synchronized boolean activated(long number, Outcome outcome) {
    if (world.number != number) {
      return false;
    }
    world = new World(number, world.compiled, world.objects, world.inPlan, outcome);
    return true;
  }

  /**
   * What serves, now that this became of the newest plan.
   *
   * @param outcome at the Envoys of all replicas
   */
  synchronized Served serving(World of, Outcome outcome) {
    if (outcome instanceof Outcome.Rejected) {
      if (confirmed.number == of.number) {
        confirmed = before;
      }
    } else if (confirmed.number != of.number) {
      before = confirmed;
      confirmed = new Confirmed(of.number, of.inPlan);
    }
    return confirmed.inPlan;
  }
}
