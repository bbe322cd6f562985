package dev.exchequer.server.store.postgres;

import static dev.exchequer.ledger.Books.check;

import dev.exchequer.budget.Bucket;
import dev.exchequer.budget.BucketKey;
import dev.exchequer.identity.HoldId;
import dev.exchequer.identity.ObjectName;
import dev.exchequer.ledger.Account;
import dev.exchequer.ledger.Books;
import dev.exchequer.ledger.Change;
import dev.exchequer.ledger.Hold;
import dev.exchequer.server.store.StoredJson;
import java.util.HashMap;
import java.util.Map;

/** Whether the rows are what the history of committed changes comes to. */
final class FakeRows {
  private static final StoredJson JSON = new StoredJson();

  private FakeRows() {}

  static void compare(FakeTables tables, Books books) {
    Map<ObjectName, Account> accounts = new HashMap<>();
    tables.committed("accounts").forEach(row -> {
      Account account = JSON.read(row.text("body"), Account.class);
      accounts.put(account.name(), account);
      check(row.value("posted").equals(account.posted()) && row.value("held").equals(account.held()), () -> "the columns of an account are its record: " + row);
    });
    check(accounts.equals(books.accounts), () -> "accounts are what the history says: " + accounts + " / " + books.accounts);
    Map<HoldId, Hold> holds = new HashMap<>();
    tables.committed("holds").forEach(row -> {
      Hold hold = JSON.read(row.text("body"), Hold.class);
      check(row.value("state").equals(hold.state().name()) && row.value("lease_until").equals(hold.leaseUntilMs()), () -> "the columns of a hold are its record: " + row);
      holds.put(hold.id(), hold);
    });
    check(holds.equals(books.holds), "holds are what the history says");
    Map<BucketKey, Bucket> buckets = new HashMap<>();
    tables.committed("buckets").forEach(row -> {
      BucketKey key = new BucketKey(ObjectName.parse(row.text("budget")), ColumnText.decoded(row.text("value")), row.text("unit"), row.number("window_start"));
      buckets.put(key, new Bucket(key, row.number("window_end"), row.number("spent"), row.number("held"), row.number("last_used"), (int) row.number("alerted"), row.number("alerted_limit")));
    });
    check(buckets.equals(books.buckets), () -> "buckets are what the history says: " + buckets + " / " + books.buckets);
    check(tables.committed("receipts").size() == books.receipts.size(), "receipts are what the history says");
    long entries = books.history.stream().filter(change -> change instanceof Change.EntryPosted).count();
    check(tables.committed("entries").size() == entries, "entries are what the history says");
    check(tables.committed("grants").size() == books.grants.size(), "grants are what the history says");
    long counted = tables.committed("refusals").stream().mapToLong(row -> row.number("count")).sum();
    check(counted == books.refusalsCounted, () -> "refusals are counted once: " + counted + " / " + books.refusalsCounted);
    Map<String, Long> running = new HashMap<>();
    tables.committed("requests").forEach(row -> running.merge("key " + JSON.read(row.text("body"), dev.exchequer.ledger.RunningRequest.class).facts().apiKey(), 1L, Long::sum));
    tables.committed("anchors").forEach(row -> {
      if (row.text("name").startsWith("key ")) {
        check(row.value("running").equals(running.getOrDefault(row.value("name"), 0L)), () -> "a key's requests are counted: " + row);
      }
    });
  }
}
