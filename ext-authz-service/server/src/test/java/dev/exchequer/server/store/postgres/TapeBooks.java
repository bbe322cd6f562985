package dev.exchequer.server.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.ledger.World;
import dev.exchequer.money.Money;
import dev.exchequer.server.store.ExportCheck;
import dev.exchequer.server.store.LedgerHistory;
import dev.exchequer.server.store.LedgerHome;
import dev.exchequer.server.store.LedgerReads;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Everything that can be read of a ledger, in an order, to be compared with another one's.
 *
 * @param oneWriter its refusals are counted as those of one process
 * @param oneChain it was never started again: one chain, so that its export can be compared too
 */
record TapeBooks(boolean oneWriter, boolean oneChain) {
  List<Object> of(LedgerHome home) {
    LedgerReads reads = home.reads();
    List<Object> books = new ArrayList<>();
    Set<String> statuses = new LinkedHashSet<>();
    for (LedgerReads.BalanceRow row : reads.balances()) {
      books.add(List.of(row.name(), row.unit(), row.posted(), row.held(), row.sequence()));
      books.addAll(reads.entries(row.name(), null, 100_000).items());
    }
    books.addAll(reads.budgets());
    for (String receipt : reads.receipts(new LedgerReads.ReceiptQuery(null, null, null, null, null, null, null, null, null, null, 100_000)).items()) {
      books.add(receipt);
      statuses.add(receipt.substring(receipt.indexOf("\"status\""), receipt.indexOf("\"status\"") + 18));
    }
    books.add(reads.openHolds());
    LedgerHistory history = home.history();
    List<LedgerHistory.RefusalRow> refusals = history.refusals(new LedgerHistory.RefusalQuery(null, null, null, null, 100_000)).items();
    books.addAll(refusals);
    books.add(history.refusalsCounted(0, Long.MAX_VALUE));
    books.add(history.uncertainHolds());
    books.addAll(history.houseAccounts());
    assertThat(history.houseAccounts()).as("what the house is billed").isNotEmpty();
    books.addAll(history.alerts(new LedgerHistory.AlertQuery(null, 100_000)).items());
    books.addAll(history.tasks(World.name("tasks")));
    history.receipts(0, Long.MAX_VALUE, books::add);
    for (LedgerReads.BalanceRow row : reads.balances()) {
      books.add(history.entries(row.name(), 0, Long.MAX_VALUE, books::add));
    }
    if (oneChain) {
      books.addAll(ExportCheck.lines(history.export()));
    }
    assertThat(refusals.isEmpty()).as("nothing was counted").isEqualTo(!oneWriter);
    assertThat(history.uncertainHolds()).isNotEqualTo(new LedgerHistory.UncertainHolds(0, 0, 0));
    assertThat(statuses).as("a tape that does something").hasSizeGreaterThan(2);
    assertThat(reads.balance(World.CREDIT).orElseThrow().posted()).isNotEqualTo(Money.parse("4"));
    return books;
  }
}
