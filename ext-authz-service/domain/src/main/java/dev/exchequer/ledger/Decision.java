package dev.exchequer.ledger;

import java.util.List;

/** What a command came to: its answer, and what must be durable before the answer is given. */
public record Decision(Result result, List<Change> changes) {}
