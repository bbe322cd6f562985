package dev.exchequer.cli.reconcile;

import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to read an invoice.
 *
 * @param quantities the columns by what they hold; what is not here is not compared
 * @param dates how days are written; null = 2026-11-26, or an RFC 3339 time, which counts in {@code zone}
 * @param only lines count only where each of these columns has this value
 * @param models names on the invoice to names on receipts, where they differ
 * @param cachedOutside the input column does not contain the cached tokens
 */
public record InvoiceFormat(
    char delimiter,
    String date,
    String model,
    Map<Quantity, String> quantities,
    @Nullable DateTimeFormatter dates,
    ZoneId zone,
    Map<String, String> only,
    Map<String, String> models,
    boolean cachedOutside) {
  public InvoiceFormat {
    quantities = Map.copyOf(quantities);
    only = Map.copyOf(only);
    models = Map.copyOf(models);
  }
}
