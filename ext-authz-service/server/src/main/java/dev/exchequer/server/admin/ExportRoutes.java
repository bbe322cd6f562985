package dev.exchequer.server.admin;

import dev.exchequer.server.store.LedgerExport;
import dev.exchequer.server.store.chain.Cursor;
import io.javalin.http.Context;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All entries, all receipts or all corrections of house costs, a page at a time, from a cursor on. A range between two cursors is the same bytes whenever it is asked for and however it is cut
 * into pages; who goes on from `X-Exchequer-Next-Cursor` until it is the `X-Exchequer-End-Cursor` has missed nothing.
 */
final class ExportRoutes {
  static final String NEXT = "X-Exchequer-Next-Cursor";
  static final String END = "X-Exchequer-End-Cursor";
  static final String COUNT = "X-Exchequer-Count";

  private static final Set<String> KNOWN = Set.of("format", "from", "until", "limit", "header");
  private static final int DEFAULT_LIMIT = 1_000;
  private static final int MAX_LIMIT = 5_000;

  private final LedgerExport export;

  ExportRoutes(LedgerExport export) {
    this.export = export;
  }

  private interface Read<T> {
    LedgerExport.Page<T> page(Cursor after, Cursor until, int limit);
  }

  void entries(Context call) {
    Format format = format(call);
    answer(call, export::entries, ExportText.ENTRY_TITLES, entry -> format == Format.CSV ? ExportText.csv(entry) : ExportText.json(entry));
  }

  void receipts(Context call) {
    Format format = format(call);
    answer(call, export::receipts, ExportText.RECEIPT_TITLES, receipt -> format == Format.CSV ? ExportText.csv(receipt) : ExportText.json(receipt));
  }

  void houseCorrections(Context call) {
    Format format = format(call);
    answer(call, export::houseCorrections, ExportText.HOUSE_TITLES, correction -> format == Format.CSV ? ExportText.csv(correction) : ExportText.json(correction));
  }

  private interface Line<T> {
    String of(T item);
  }

  private <T> void answer(Context call, Read<T> read, String titles, Line<T> line) {
    AdminQueries.onlyKnown(call, KNOWN);
    Format format = format(call);
    boolean header = header(call);
    int limit = limit(call);
    LedgerExport.Page<T> page;
    Cursor until;
    try {
      Cursor from = cursor(call, "from", Cursor.START);
      until = cursor(call, "until", null);
      page = read.page(from, until, limit);
    } catch (IllegalArgumentException e) {
      throw AdminRefusal.badRequest(String.valueOf(e.getMessage()));
    }
    StringBuilder text = new StringBuilder(page.items().size() * 256);
    if (format == Format.CSV && header) {
      text.append(titles).append('\n');
    }
    for (T item : page.items()) {
      text.append(line.of(item)).append('\n');
    }
    call.header(NEXT, page.reached().toString()).header(END, until.toString()).header(COUNT, Integer.toString(page.items().size()));
    call.contentType(format.type).result(text.toString());
  }

  /** @param absent null = as far as everything goes that is committed now */
  private Cursor cursor(Context call, String name, @Nullable Cursor absent) {
    String given = AdminQueries.one(call, name);
    if (given != null) {
      return Cursor.parse(given);
    }
    return absent == null ? export.end() : absent;
  }

  private enum Format {
    JSONL("application/jsonl; charset=utf-8"),
    CSV("text/csv; charset=utf-8");

    private final String type;

    Format(String type) {
      this.type = type;
    }
  }

  private static Format format(Context call) {
    String given = AdminQueries.one(call, "format");
    if (given == null || given.equals("jsonl")) {
      return Format.JSONL;
    }
    if (given.equals("csv")) {
      return Format.CSV;
    }
    throw AdminRefusal.badRequest("format must be jsonl or csv");
  }

  private static boolean header(Context call) {
    String given = AdminQueries.one(call, "header");
    if (given != null && !List.of("true", "false").contains(given)) {
      throw AdminRefusal.badRequest("header must be true or false: whether CSV begins with the titles of its columns");
    }
    return !"false".equals(given);
  }

  private static int limit(Context call) {
    String given = AdminQueries.one(call, "limit");
    int limit = given == null ? DEFAULT_LIMIT : given.matches("[0-9]{1,4}") ? Integer.parseInt(given) : 0;
    if (limit < 1 || limit > MAX_LIMIT) {
      throw AdminRefusal.badRequest("limit must be a number from 1 to " + MAX_LIMIT);
    }
    return limit;
  }
}
