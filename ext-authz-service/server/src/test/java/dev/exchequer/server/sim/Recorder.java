package dev.exchequer.server.sim;

import dev.exchequer.ledger.Command;
import dev.exchequer.ledger.Decision;
import dev.exchequer.ledger.LedgerState;
import dev.exchequer.server.store.Decider;
import java.util.ArrayList;
import java.util.List;

/** Notes what a ledger decides, until its store commits it or forgets it. */
public final class Recorder implements Decider {
  /** One command of a batch, decided. */
  public record Decided(Command command, Decision decision, long nowMs) {}

  private final List<Decided> pending = new ArrayList<>();

  @Override
  public Decision apply(LedgerState state, Command command, long nowMs) {
    Decision decision = Decider.CORE.apply(state, command, nowMs);
    pending.add(new Decided(command, decision, nowMs));
    return decision;
  }

  /** A transaction began, or memory is read anew: what was decided before and not committed never happened. */
  public void clear() {
    pending.clear();
  }

  /** It is committed. */
  public List<Decided> take() {
    List<Decided> taken = List.copyOf(pending);
    pending.clear();
    return taken;
  }
}
