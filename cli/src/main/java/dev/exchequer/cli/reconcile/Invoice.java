package dev.exchequer.cli.reconcile;

import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.RuntimeJsonMappingException;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A provider's invoice or usage export: a CSV file with a header, one line for each day and model or several, which are summed. */
public final class Invoice {
  private static final CsvMapper CSV =
      CsvMapper.builder().enable(CsvParser.Feature.TRIM_SPACES, CsvParser.Feature.SKIP_EMPTY_LINES, CsvParser.Feature.FAIL_ON_MISSING_COLUMNS).build();

  private final InvoiceFormat format;
  private final TreeMap<Place, Map<Quantity, BigDecimal>> rows = new TreeMap<>();
  private final List<String> errors = new ArrayList<>();

  private Invoice(InvoiceFormat format) {
    this.format = format;
  }

  /** A value of a line is not what its column has to hold. */
  private static final class BadValue extends Exception {
    private static final long serialVersionUID = 1L;

    private BadValue(String column, String message) {
      super("column " + column + ": " + message, null, false, false);
    }
  }

  /**
   * @return what the invoice says, exactly
   * @throws BadInvoice naming every line that is not understood: an invoice counts whole or not at all
   */
  public static TreeMap<Place, Map<Quantity, BigDecimal>> read(byte[] file, InvoiceFormat format) throws BadInvoice {
    Invoice invoice = new Invoice(format);
    invoice.columnsStandOnce(file);
    try (MappingIterator<Map<String, String>> lines =
        CSV.readerForMapOf(String.class).with(CsvSchema.emptySchema().withHeader().withColumnSeparator(format.delimiter())).readValues(file)) {
      invoice.lines(lines);
    } catch (IOException | RuntimeJsonMappingException e) {
      invoice.errors.add("not CSV: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
    if (invoice.errors.isEmpty() && invoice.rows.isEmpty()) {
      invoice.errors.add("no line is left to compare");
    }
    if (!invoice.errors.isEmpty()) {
      throw new BadInvoice(invoice.errors);
    }
    return invoice.rows;
  }

  private void lines(MappingIterator<Map<String, String>> lines) throws IOException {
    boolean checked = false;
    while (lines.hasNextValue()) {
      int number = lines.getCurrentLocation().getLineNr();
      Map<String, String> line = lines.nextValue();
      if (!checked && !columnsExist(line)) {
        return;
      }
      checked = true;
      try {
        add(line);
      } catch (BadValue e) {
        errors.add("line " + number + ", " + e.getMessage());
      }
    }
  }

  /** Which of two columns of one name is meant nobody can tell, and the reader would silently take the last. */
  private void columnsStandOnce(byte[] file) {
    try (MappingIterator<String[]> lines =
        CSV.readerFor(String[].class).with(CsvParser.Feature.WRAP_AS_ARRAY).with(CsvSchema.emptySchema().withColumnSeparator(format.delimiter())).readValues(file)) {
      List<String> header = lines.hasNextValue() ? List.of(lines.nextValue()) : List.of();
      List<String> twice = wanted().filter(name -> Collections.frequency(header, name) > 1).distinct().toList();
      if (!twice.isEmpty()) {
        errors.add("more than one column " + String.join(", ", twice) + ": rename those that are not meant");
      }
    } catch (IOException | RuntimeJsonMappingException e) {
      errors.add("not CSV: " + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
    }
  }

  private Stream<String> wanted() {
    return Stream.concat(Stream.of(format.date(), format.model()), Stream.concat(format.quantities().values().stream(), format.only().keySet().stream()));
  }

  private boolean columnsExist(Map<String, String> line) {
    List<String> missing = wanted().filter(name -> !line.containsKey(name)).distinct().toList();
    if (!missing.isEmpty()) {
      errors.add("no column " + String.join(", ", missing) + ": the file has " + String.join(", ", line.keySet()));
    }
    return missing.isEmpty();
  }

  private void add(Map<String, String> line) throws BadValue {
    for (Map.Entry<String, String> only : format.only().entrySet()) {
      if (!only.getValue().equals(line.get(only.getKey()))) {
        return;
      }
    }
    String model = text(line, format.model());
    Place place = new Place(day(text(line, format.date())), format.models().getOrDefault(model, model));
    Map<Quantity, BigDecimal> values = new EnumMap<>(Quantity.class);
    for (Map.Entry<Quantity, String> column : format.quantities().entrySet()) {
      values.put(column.getKey(), number(column.getKey(), column.getValue(), line.getOrDefault(column.getValue(), "")));
    }
    if (format.cachedOutside() && values.containsKey(Quantity.INPUT)) {
      values.merge(Quantity.INPUT, values.getOrDefault(Quantity.CACHED, BigDecimal.ZERO), BigDecimal::add);
    }
    Map<Quantity, BigDecimal> sums = rows.computeIfAbsent(place, key -> new EnumMap<>(Quantity.class));
    values.forEach((quantity, value) -> sums.merge(quantity, value, BigDecimal::add));
  }

  private static String text(Map<String, String> line, String column) throws BadValue {
    String text = line.getOrDefault(column, "");
    if (text.isEmpty()) {
      throw new BadValue(column, "is empty (--only COLUMN=VALUE leaves other lines out)");
    }
    return text;
  }

  private LocalDate day(String text) throws BadValue {
    try {
      if (format.dates() != null) {
        return LocalDate.parse(text, format.dates());
      }
      return text.length() == 10 ? LocalDate.parse(text) : OffsetDateTime.parse(text).atZoneSameInstant(format.zone()).toLocalDate();
    } catch (DateTimeException e) {
      throw new BadValue(format.date(), "not a day: " + text + (format.dates() == null ? " (expected e.g. 2026-11-26 or 2026-11-26T00:00:00Z; see --date-format)" : " by --date-format"));
    }
  }

  /** Nothing is 0. Credits on an invoice are negative amounts of money; there are no negative tokens. */
  private static BigDecimal number(Quantity quantity, String column, String text) throws BadValue {
    BigDecimal value;
    try {
      value = text.isEmpty() ? BigDecimal.ZERO : new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new BadValue(column, "not a number: " + text);
    }
    if (value.precision() > 40 || Math.abs((long) value.scale()) > 40) {
      throw new BadValue(column, "not a likely number: " + text);
    }
    if (quantity != Quantity.COST && (value.signum() < 0 || value.stripTrailingZeros().scale() > 0)) {
      throw new BadValue(column, "not a whole number of at least 0: " + text);
    }
    return value;
  }
}
