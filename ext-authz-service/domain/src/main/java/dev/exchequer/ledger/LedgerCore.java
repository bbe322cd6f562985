package dev.exchequer.ledger;

import dev.exchequer.ledger.Command.JournalEvent;
import dev.exchequer.policy.Balance;
import dev.exchequer.selection.RequestFacts;
import java.util.List;

/**
 * The ledger's decisions: deterministic, without I/O, clock or chance. The same state, command and time give the same answer and the same changes, so a
 * tape of commands can be replayed.
 */
public final class LedgerCore {
  /** How long an attempt is believed to run without a sign of it. */
  public static final long LEASE_MS = Attempts.LEASE_MS;

  /** The longest that a request can wait for its decision: its deadline (1.5 s), and the reading of a large body before that. */
  private static final long LONGEST_WAIT_MS = 5_000;

  private LedgerCore() {}

  /**
   * Decides a command and applies its changes to the state.
   *
   * @param nowMs ledger time: never before that of an earlier command
   */
  public static Decision apply(LedgerState state, Command command, long nowMs) {
    Draft draft = new Draft(state, nowMs);
    time(draft);
    Result result =
        switch (command) {
          case Command.Admit c -> new Attempts(draft).admit(inLedgerTime(c.facts(), nowMs), c.providers());
          case Command.Deny c -> deny(draft, c);
          case Command.NextAttempt c -> new Attempts(draft).next(c.id(), c.providers());
          case Command.Settle c -> new Settling(draft).settle(c.id(), c.evidence(), c.providers());
          case Command.Abandon c -> {
            new Settling(draft).abandon(c.id());
            yield new Result.Done();
          }
          case Command.Journal c -> {
            journal(draft, c.event());
            draft.put(new Change.JournalRead(c.position()));
            yield new Result.Done();
          }
          case Command.Sweep c -> {
            new Housekeeping(draft).sweep();
            yield new Result.Done();
          }
          case Command.Activate c -> {
            new Grants(draft).activate(c.policy());
            new Allowances(draft).due();
            yield new Result.Done();
          }
          case Command.AlertTried c -> {
            draft.put(c.outcome());
            yield new Result.Done();
          }
          case Command.Administer c -> new Administration(draft).carryOut(c);
        };
    new Alerts(draft).raise();
    return draft.decide(result);
  }

  /** What time brings, before every command. */
  static void time(Draft draft) {
    new Upkeep(draft, new Treasury(draft)).due();
    new Allowances(draft).due();
  }

  /** What a balance gets by itself in the windows of a moment: the keys of {@link Change.GrantRecord}, for a store that has to find them first. */
  public static List<String> recurringGrants(Balance balance, long nowMs) {
    return Allowances.keys(balance, nowMs);
  }

  /** The same of a command of people: the key that it is remembered by. */
  public static String administered(Command.Administer command) {
    return Administration.keyOf(command);
  }

  /**
   * What admitting a request would come to now, with the value that time has brought or ended. Looks only: nothing is held, and the state stays as it is.
   *
   * @param facts of a route and a key of the policy that they name
   */
  public static DryRun dryRun(LedgerState state, RequestFacts facts, ProviderView providers, long nowMs) {
    return Glance.at(state, nowMs, () -> DryRun.of(state, inLedgerTime(facts, nowMs), providers, nowMs));
  }

  /**
   * A request says when it came by the clock of its gateway. Where that clock is behind ledger time (it stepped back, or another gateway's is ahead) the request came now: else
   * giveUpAfter would be over before the first fallback, and the receipt would tell of a latency that nobody waited.
   */
  private static RequestFacts inLedgerTime(RequestFacts facts, long nowMs) {
    return facts.timeMs() > nowMs || facts.timeMs() < nowMs - LONGEST_WAIT_MS ? facts.at(nowMs) : facts;
  }

  private static Result deny(Draft draft, Command.Deny command) {
    return new Closing(draft).denied(inLedgerTime(command.facts(), draft.now()), command.ending(), java.util.List.of());
  }

  private static void journal(Draft draft, JournalEvent event) {
    switch (event) {
      case JournalEvent.HopEnd end -> new Settling(draft).journalEnd(end.id(), end.evidence());
      case JournalEvent.HopProgress progress ->
          draft
              .state()
              .hold(progress.id())
              .filter(Hold::active)
              .ifPresent(hold -> draft.put(new Change.HoldChanged(hold.seen(draft.now() + Attempts.LEASE_MS, progress.evidence()))));
      case JournalEvent.RequestEnd end -> new Housekeeping(draft).requestEnded(end.request(), end.status(), end.clientGone());
      case JournalEvent.Nothing nothing -> {}
    }
  }
}
