package dev.exchequer.server.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The program with one guard missing: a file of its source, in which some text is another.
 *
 * @param seed the first that failed when it was last looked for: the search begins with it
 * @param file under ext-authz-service
 * @param text that is there exactly once
 * @param instead compiles in its place
 */
record Mutant(String name, long seed, String file, String text, String instead) {
  private static final String LEDGER = "domain/src/main/java/dev/exchequer/ledger/";
  private static final String STORE = "server/src/main/java/dev/exchequer/server/store/";

  /** @throws IllegalStateException if the text is not there once: the mutant has to follow the program */
  String source(Path services) {
    try {
      String source = Files.readString(services.resolve(file));
      int at = source.indexOf(text);
      if (at < 0 || source.indexOf(text, at + 1) >= 0) {
        throw new IllegalStateException("mutant '" + name + "': this is not once in " + file + ": " + text);
      }
      return source.substring(0, at) + instead + source.substring(at + text.length());
    } catch (IOException e) {
      throw new IllegalStateException("mutant '" + name + "' needs the source of " + file, e);
    }
  }

  /** The class of this file. */
  String className() {
    String path = file.substring(file.indexOf("java/") + 5, file.length() - ".java".length());
    return path.replace('/', '.');
  }

  static Mutant[] all() {
    return new Mutant[] {
      new Mutant("a balance that cannot pay pays", 75, LEDGER + "Walk.java", "available >= option.quote().amountNanos()", "(available >= option.quote().amountNanos() || true)"),
      new Mutant(
          "a budget that has no room has room", 29, LEDGER + "BudgetCheck.java", "return Math.addExact(Math.addExact(Math.addExact(bucket.spent(), bucket.held()), others), amount) > limit;",
          "return Math.addExact(Math.addExact(Math.addExact(bucket.spent(), bucket.held()), others), amount) > limit && limit < 0;"),
      new Mutant("a suspended balance takes holds", 3, LEDGER + "Walk.java", "if (Clamp.stopped(balance, account)) {", "if (Clamp.stopped(balance, account) && names.isEmpty()) {"),
      new Mutant(
          "the same admission again holds again", 2, LEDGER + "Attempts.java", "    if (same.isPresent()) {\n      return held(same.get());\n    }\n    Policy policy",
          "    Policy policy"),
      new Mutant(
          "the same attempt again is refused", 185, LEDGER + "Attempts.java", "    if (same.isPresent()) {\n      return held(same.get());\n    }\n    RunningRequest request",
          "    RunningRequest request"),
      new Mutant("an attempt is settled twice", 8, LEDGER + "Settling.java", "    if (hold.active()) {\n      return finish", "    if (hold.active() || draft.state().running(id.request()).isPresent()) {\n      return finish"),
      new Mutant("late usage corrects again and again", 1, LEDGER + "Settling.java", "hold.state().mayBeCorrected() && evidence", "evidence"),
      new Mutant("the same command of people again is carried out again", 30, LEDGER + "Administration.java", "return done.content().equals(command.content())", "if (command.reason().equals(\"top up\")) {\n        return new Grants(draft).grant((Command.Grant) command);\n      }\n      return done.content().equals(command.content())"),
      new Mutant("an Idempotency-Key is not looked at", 6, LEDGER + "Attempts.java", "if (taken.isPresent()) {", "if (taken.isPresent() && facts.id().isEmpty()) {"),
      new Mutant("leases do not end", 4, LEDGER + "Housekeeping.java", "hold.leaseUntilMs() <= draft.now()", "hold.leaseUntilMs() <= draft.now() - 4_000_000_000L"),
      new Mutant("leases end before they are over", 7, LEDGER + "Housekeeping.java", "hold.leaseUntilMs() <= draft.now()", "hold.leaseUntilMs() <= draft.now() + 20_000"),
      new Mutant("a hold that nobody heard of is kept", 27, STORE + "CommitQueue.java", "      submit(new Command.Abandon(held.id()));\n", ""),
      new Mutant("abandoning does nothing", 22, LEDGER + "Settling.java", "if (hold == null || !hold.active() || !canEnd(hold)) {", "if (hold == null || !hold.active() || hold.position() > 0) {"),
      new Mutant(
          "what was not committed is acknowledged (file)", 7, STORE + "LocalLedger.java", "      store.commit(changes, now);\n",
          "      try {\n        store.commit(changes, now);\n      } catch (LedgerLane.LedgerUnavailable e) {\n        LOG.warn(\"mutant\");\n      }\n"),
      new Mutant("memory keeps what was not committed (file)", 7, STORE + "LocalLedger.java", "      LOG.error(\"the ledger failed; it is read again from its store\", e);\n      state = null;\n", ""),
      new Mutant("the place in the journal is stored before its line", 6, LEDGER + "LedgerCore.java", "            journal(draft, c.event());\n", "            if (!(c.event() instanceof JournalEvent.HopEnd)) {\n              journal(draft, c.event());\n            }\n"),
      new Mutant("a line of the journal ends an attempt twice", 12, LEDGER + "Settling.java", "    end(id, evidence, null);\n", "    end(id, evidence, null);\n    if (evidence.usage().reported()) {\n      draft.state().hold(id).filter(hold -> hold.charged() > 0).ifPresent(hold -> new Treasury(draft).settle(hold, hold.charged(), 0, \"again\"));\n    }\n"),
      new Mutant("ledger time runs back (file)", 10, STORE + "LocalLedger.java", "    long now = Math.max(lastTimeMs, clock.millis());\n    List", "    long now = clock.millis();\n    List"),
      new Mutant("who was taken over goes on writing", 312, STORE + "postgres/WriterSession.java", "rows.getFirst().epoch != epoch", "rows.getFirst().epoch < 0"),
      new Mutant("a COMMIT without an answer counts as done", 1, STORE + "postgres/WriterSession.java", "committed = arrived(batch, e);", "committed = true;"),
      new Mutant("what was not committed is acknowledged (shared)", 1, STORE + "postgres/SharedLedger.java", "if (session.commit(tick.batch, tick.nowMs)) {", "if (session.commit(tick.batch, tick.nowMs) || !tick.answers.isEmpty()) {"),
      new Mutant("balances are read without their lock", 26, STORE + "postgres/RowLocks.java", "\"SELECT body FROM accounts WHERE name = ANY(?) ORDER BY name\" + forUpdate,", "\"SELECT body FROM accounts WHERE name = ANY(?) ORDER BY name\","),
      new Mutant("holds are read without their lock", 172, STORE + "postgres/RowLocks.java", "ORDER BY request, attempt\" + forUpdate,", "ORDER BY request, attempt\","),
      new Mutant("anchors are read without their lock", 172, STORE + "postgres/RowLocks.java", "FROM anchors WHERE name = ANY(?) ORDER BY name\" + forUpdate,", "FROM anchors WHERE name = ANY(?) ORDER BY name\","),
      new Mutant("a COMMIT without an answer counts as lost", 71, STORE + "postgres/WriterSession.java", "committed = arrived(batch, e);", "committed = false;"),
      new Mutant("a line of the journal that failed is passed over", 22, "server/src/main/java/dev/exchequer/server/journal/JournalFollower.java", "flight.subList(failed, flight.size())", "flight.subList(flight.size(), flight.size())"),
      new Mutant("leases end in the first minute of a process", 106, LEDGER + "Housekeeping.java", "if (draft.now() < draft.state().startedAtMs() + Attempts.LEASE_MS) {", "if (draft.now() < 0) {"),
      new Mutant("a key's running requests are not counted", 1, STORE + "postgres/BatchWriter.java", "          if (before != after) {\n", "          if (before < after) {\n"),
      new Mutant("what others do is over as one's own (shared)", 8, STORE + "postgres/RowLocks.java", "long foreign = nowMs - LedgerCore.LEASE_MS;", "long foreign = nowMs;"),
      new Mutant("who is heard of gets no new lease", 2, LEDGER + "LedgerCore.java", "hold.seen(draft.now() + Attempts.LEASE_MS, progress.evidence())", "hold.seen(hold.leaseUntilMs(), progress.evidence())"),
      new Mutant("late evidence is believed for ever", 7, LEDGER + "Settling.java", "if (draft.now() >= LateEvidence.awaitedUntilMs(hold)) {", "if (draft.now() < 0) {"),
      new Mutant("a policy is dropped while its holds may be corrected", 144, LEDGER + "LateEvidence.java", "return !runs && namedUntilMs + AWAITED_MS <= nowMs;", "return !runs && namedUntilMs + AWAITED_MS / 60 <= nowMs;"),
      new Mutant("other clocks are not looked at (shared)", 61, STORE + "postgres/WriterSession.java", "r -> latest[0] = Math.max(latest[0], r.getLong(1))", "r -> latest[0] = Math.max(latest[0], lastTimeMs)"),
      new Mutant("lots never end", 37, LEDGER + "Upkeep.java", "    if (!gone.isEmpty()) {\n      treasury.expire", "    if (gone.size() > 99) {\n      treasury.expire"),
      new Mutant("an allowance is given again in its window", 1, LEDGER + "Allowances.java", "key(balance, grant, window), grant.amountNanos()", "key(balance, grant, window) + \"/\" + draft.now(), grant.amountNanos()"),
      new Mutant("a Never request crosses", 8, "domain/src/main/java/dev/exchequer/selection/Selection.java", "return key.neverCross() ?", "return key.neverCross() && facts.id().isEmpty() ?"),
      new Mutant("attempts without end", 4, LEDGER + "Settling.java", "hold.id().attempt() < route.fallback().maxAttempts()", "hold.id().attempt() < 99"),
      new Mutant("concurrency is not limited", 61, LEDGER + "Attempts.java", "state.runningOf(key.name()) >= key.concurrency()", "state.runningOf(key.name()) >= key.concurrency() + 1"),
      new Mutant("a key that cost something is free at once", 26, LEDGER + "Closing.java", "status.equals(\"InDoubt\") || hops", "hops.isEmpty() && hops"),
      new Mutant("what is written off is owed", 10, LEDGER + "Treasury.java", "      writeOff(hold, writtenOffNanos);\n    }\n    new Upkeep(draft, this).tend(hold.balance());\n    return new Settlement(entry, new Payment(taken", "    }\n    new Upkeep(draft, this).tend(hold.balance());\n    return new Settlement(entry, new Payment(taken"),
      new Mutant("a sweep commits nothing (file)", 7, STORE + "LocalLedger.java", "    if (!changes.isEmpty()) {", "    if (!changes.isEmpty() && !(commands.size() == 1 && commands.getFirst() instanceof Command.Sweep && changes.size() < 9)) {"),
      new Mutant("a budget that reaches a mark is not told", 182, LEDGER + "Alerts.java", "if (mark > told && percent(after.spent(), limit) >= mark) {", "if (mark > told && mark < 90 && percent(after.spent(), limit) >= mark) {"),
      new Mutant("a flood of refusals writes receipts", 33, LEDGER + "Refusals.java", "return secondMs != secondOf(atMs) || ", "return secondMs != secondOf(atMs) || atMs > 0 || "),
    };
  }
}
