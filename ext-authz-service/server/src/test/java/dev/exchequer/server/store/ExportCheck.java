package dev.exchequer.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.exchequer.server.store.chain.Cursor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What every export must be, on either store. */
public final class ExportCheck {
  private ExportCheck() {}

  private interface Read<T> {
    LedgerExport.Page<T> page(Cursor after, Cursor until, int limit);
  }

  /** All there is, in its order, without hashes: those are of one ledger. */
  public static List<Object> lines(LedgerExport export) {
    Cursor end = export.end();
    List<Object> lines = new ArrayList<>();
    for (LedgerExport.PlacedEntry placed : all(export::entries, Cursor.START, end, 1_000_000)) {
      lines.add(List.of(placed.entry(), placed.place().chain(), placed.place().number()));
    }
    for (LedgerExport.PlacedReceipt placed : all(export::receipts, Cursor.START, end, 1_000_000)) {
      lines.add(List.of(placed.body(), placed.place().chain(), placed.place().number()));
    }
    for (LedgerExport.PlacedCorrection placed : all(export::houseCorrections, Cursor.START, end, 1_000_000)) {
      lines.add(List.of(placed.correction().receipt(), placed.correction().amount(), placed.correction().timeMs(), placed.place().chain(), placed.place().number()));
    }
    return lines;
  }

  private static <T> List<T> all(Read<T> read, Cursor from, Cursor end, int limit) {
    List<T> all = new ArrayList<>();
    Cursor reached = from;
    while (!reached.equals(end)) {
      LedgerExport.Page<T> page = read.page(reached, end, limit);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
      assertThat(reached.within(page.reached())).isTrue();
      assertThat(page.reached()).as("it goes on").isNotEqualTo(reached);
      all.addAll(page.items());
      reached = page.reached();
    }
    return all;
  }

  /**
   * Reads again and again what was added, until nobody writes and nothing is left; then every range is read once more, in pages of other sizes.
   *
   * @param export of which replica: one after the other
   * @return how many entries and receipts there are
   */
  public static long[] whileOthersWrite(List<LedgerExport> export, BooleanSupplier writing) {
    List<Cursor> cursors = new ArrayList<>(List.of(Cursor.START));
    List<LedgerExport.PlacedEntry> entries = new ArrayList<>();
    List<LedgerExport.PlacedReceipt> receipts = new ArrayList<>();
    boolean more = true;
    while (more) {
      more = writing.getAsBoolean(); // before the last look
      LedgerExport here = export.get(cursors.size() % export.size());
      Cursor end = here.end();
      Cursor last = cursors.getLast();
      assertThat(last.within(end)).as("%s is within %s", last, end).isTrue();
      if (!end.equals(last)) {
        entries.addAll(all(here::entries, last, end, 7 + cursors.size()));
        receipts.addAll(all(here::receipts, last, end, 5));
        cursors.add(end);
      }
    }
    List<LedgerExport.PlacedEntry> again = new ArrayList<>();
    List<LedgerExport.PlacedReceipt> receiptsAgain = new ArrayList<>();
    for (int i = 1; i < cursors.size(); i++) {
      again.addAll(all(export.getFirst()::entries, cursors.get(i - 1), cursors.get(i), 1_000));
      receiptsAgain.addAll(all(export.getLast()::receipts, cursors.get(i - 1), cursors.get(i), 3));
    }
    assertThat(again).as("the same ranges later").isEqualTo(entries);
    assertThat(receiptsAgain).isEqualTo(receipts);
    assertThat(all(export.getFirst()::entries, Cursor.START, cursors.getLast(), 11)).as("all at once").containsExactlyInAnyOrderElementsOf(entries);
    Set<Object> places = new HashSet<>();
    entries.forEach(entry -> assertThat(places.add(List.of(entry.place().chain(), entry.place().number()))).isTrue());
    receipts.forEach(receipt -> assertThat(places.add(List.of(receipt.place().chain(), receipt.place().number()))).isTrue());
    all(export.getLast()::houseCorrections, Cursor.START, cursors.getLast(), 2)
        .forEach(correction -> assertThat(places.add(List.of(correction.place().chain(), correction.place().number()))).isTrue());
    assertThat(places).as("dense").hasSize((int) cursors.getLast().read().values().stream().mapToLong(number -> number).sum());
    assertThat(cursors).as("it was read while others wrote").hasSizeGreaterThan(3);
    return new long[] {entries.size(), receipts.size()};
  }
}
