package dev.exchequer.ledger;

import dev.exchequer.fallback.Ending;
import dev.exchequer.fallback.Evidence;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.policy.Policy;
import dev.exchequer.selection.RequestFacts;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that can be asked of the ledger. A command is a value: applying it needs nothing but the state and ledger time, so a tape of commands can be
 * replayed.
 */
public sealed interface Command {

  /**
   * Admits a request: takes its idempotency key and a place among its key's concurrent requests, walks its plan from the first hop and holds the first
   * attempt. Answer: {@link Result.Held} or {@link Result.Refused}; both are durable and a refusal has its receipt, or is counted ({@link Refusals}).
   */
  record Admit(RequestFacts facts, ProviderView providers) implements Command {}

  /** Leaves the receipt (or the count) of a request that was refused before the ledger was asked. Answer: {@link Result.Refused}. */
  record Deny(RequestFacts facts, Ending ending) implements Command {}

  /**
   * Holds attempt n >= 2 of a running request, from where its walk stands; refused unless attempt n-1 ended with next. The same attempt again gives the
   * first answer. Answer: {@link Result.Held} or {@link Result.Refused}.
   */
  record NextAttempt(HoldId id, ProviderView providers) implements Command {}

  /** Ends an attempt with in-band evidence. Answer: {@link Result.Settled}, the same one for ever. */
  record Settle(HoldId id, Evidence evidence, ProviderView providers) implements Command {}

  /** The holder of an answer is gone (cancelled after COMMIT, or the answer came too late): the attempt was never sent. Answer: {@link Result.Done}. */
  record Abandon(HoldId id) implements Command {}

  /** One line of the journal and the place after it, which is stored in the same transaction. Answer: {@link Result.Done}. */
  record Journal(JournalPosition position, JournalEvent event) implements Command {}

  /** Leases that are over become Voided or Expired; requests that nobody continues are closed. Answer: {@link Result.Done}. */
  record Sweep() implements Command {}

  /** Another policy decides new requests; balances that it names for the first time come into being with their initial grants. Answer: {@link Result.Done}. */
  record Activate(Policy policy) implements Command {}

  /** What became of telling an alert; kept, and nothing more. Answer: {@link Result.Done}. */
  record AlertTried(Change.AlertTried outcome) implements Command {}

  /**
   * What people do to money. Everything is checked first, and nothing changes where it is refused ({@link Result.Rejected}). The same idempotency key with the same
   * content gives the first answer, with other content idempotency_conflict.
   */
  sealed interface Administer extends Command {
    String actor();

    String reason();

    String idempotencyKey();

    /** What the idempotency key stands for. */
    String content();
  }

  /** Adds value to a balance: now, or when the terms say that it starts. Answer: {@link Result.Granted}. */
  record Grant(ObjectName balance, long amountNanos, GrantTerms terms, String actor, String reason, String idempotencyKey) implements Administer {
    public Grant(ObjectName balance, long amountNanos, String actor, String reason, String idempotencyKey) {
      this(balance, amountNanos, GrantTerms.PLAIN, actor, reason, idempotencyKey);
    }

    @Override
    public String content() {
      String plain = balance + " " + amountNanos + " " + reason;
      return terms.equals(GrantTerms.PLAIN) ? plain : plain + " " + terms;
    }
  }

  /**
   * Corrects a balance by hand. Answer: {@link Result.Booked}.
   *
   * @param amountNanos signed; below zero it may reach the overdraft, not further
   */
  record Adjust(ObjectName balance, long amountNanos, String actor, String reason, String idempotencyKey) implements Administer {
    @Override
    public String content() {
      return "adjust " + balance + " " + amountNanos + " " + reason;
    }
  }

  /** Takes back what is left and not reserved of a grant, or all of one that has not started. Answer: {@link Result.Booked}. */
  record VoidGrant(ObjectName balance, String grant, String actor, String reason, String idempotencyKey) implements Administer {
    @Override
    public String content() {
      return "void " + balance + " " + grant + " " + reason;
    }
  }

  /** Gives back a part of what an attempt was charged, to what paid it. Answer: {@link Result.Booked}. */
  record Refund(String receipt, int attempt, long amountNanos, String actor, String reason, String idempotencyKey) implements Administer {
    @Override
    public String content() {
      return "refund " + receipt + "/" + attempt + " " + amountNanos + " " + reason;
    }
  }

  /** Stops or allows new holds on a balance. Answer: {@link Result.Booked}. */
  record Stand(ObjectName balance, Standing standing, String actor, String reason, String idempotencyKey) implements Administer {
    public enum Standing {
      /** Takes no new holds; open ones settle. */
      SUSPENDED,
      OPEN,
      /** For ever; only where nothing is held, posted or scheduled. */
      CLOSED
    }

    @Override
    public String content() {
      return "stand " + balance + " " + standing + " " + reason;
    }
  }

  /** What people say of a task label of a budget. Answer: {@link Result.TaskSet}. */
  sealed interface Task extends Administer {
    long LONGEST_TTL_MS = 3_660L * 86_400_000;

    ObjectName budget();

    String task();
  }

  /**
   * Opens a label, with caps of its own and until a time of its own where they are given. One that was open before goes on with what it spent.
   *
   * @param limits nano-units by unit, at most the budget's; absent = as they were, else the budget's
   * @param ttlMs 0 = the budget's idleExpiry closes it
   */
  record OpenTask(ObjectName budget, String task, Map<String, Long> limits, long ttlMs, String actor, String reason, String idempotencyKey) implements Task {
    public OpenTask {
      limits = Map.copyOf(limits);
    }

    @Override
    public String content() {
      return "open " + budget + " " + task + " " + new TreeMap<>(limits) + " " + ttlMs + " " + reason;
    }
  }

  /**
   * Raises caps of an open label, or keeps it open for longer.
   *
   * @param limits those that change
   * @param ttlMs from now; 0 = as it was
   */
  record ExtendTask(ObjectName budget, String task, Map<String, Long> limits, long ttlMs, String actor, String reason, String idempotencyKey) implements Task {
    public ExtendTask {
      limits = Map.copyOf(limits);
    }

    @Override
    public String content() {
      return "extend " + budget + " " + task + " " + new TreeMap<>(limits) + " " + ttlMs + " " + reason;
    }
  }

  /** Closes an open label: it takes no new holds, open ones settle, and what it spent stays. */
  record CloseTask(ObjectName budget, String task, String actor, String reason, String idempotencyKey) implements Task {
    @Override
    public String content() {
      return "close " + budget + " " + task + " " + reason;
    }
  }

  /** Where a journal file has been read to: the file itself, the generation of its content, and the byte after the last whole line. */
  record JournalPosition(String file, long inode, long generation, long offset) {}

  /** What one line of the journal says. */
  sealed interface JournalEvent {
    /** The hop's stream is over. */
    record HopEnd(HoldId id, Evidence evidence) implements JournalEvent {}

    /** The hop's stream is running: renews the lease, stores the evidence so far. */
    record HopProgress(HoldId id, Evidence evidence) implements JournalEvent {}

    /** The client's request is over: nothing of it can be continued. */
    record RequestEnd(String request, int status, boolean clientGone) implements JournalEvent {}

    /** Nothing to apply (torn, unparsable or of no interest): only the position moves. */
    record Nothing() implements JournalEvent {}
  }
}
