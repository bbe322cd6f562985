package dev.exchequer.cli.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InvoiceTest {
  private static final Map<Quantity, String> COLUMNS = Map.of(Quantity.INPUT, "in", Quantity.CACHED, "cached", Quantity.OUTPUT, "out", Quantity.COST, "cost");

  private static InvoiceFormat format(char delimiter, @Nullable String pattern, Map<String, String> only, boolean outside) {
    return new InvoiceFormat(delimiter, "date", "model", COLUMNS, pattern == null ? null : DateTimeFormatter.ofPattern(pattern, Locale.ROOT), ZoneId.of("Europe/Berlin"), only, Map.of("gpt-x-2026", "gpt-x"), outside);
  }

  private static TreeMap<Place, Map<Quantity, BigDecimal>> read(String text, InvoiceFormat format) throws BadInvoice {
    return Invoice.read(text.getBytes(StandardCharsets.UTF_8), format);
  }

  private static Place place(String day, String model) {
    return new Place(LocalDate.parse(day), model);
  }

  @Test
  void linesOfADayAndModelAreSummedExactly() throws BadInvoice {
    TreeMap<Place, Map<Quantity, BigDecimal>> rows =
        read(
            """
            \uFEFFdate,model,project,in,cached,out,cost
            2026-11-01,gpt-x,a,100,40,10,0.1

            2026-11-01 , gpt-x-2026 ,"b, c",1,0,,0.20000000000000001
            2026-10-31T23:30:00Z,gpt-y,a,5,0,5,-1
            """,
            format(',', null, Map.of(), false));
    assertThat(rows.keySet()).containsExactly(place("2026-11-01", "gpt-x"), place("2026-11-01", "gpt-y"));
    assertThat(rows.get(place("2026-11-01", "gpt-x")))
        .isEqualTo(
            Map.of(
                Quantity.INPUT, new BigDecimal("101"), Quantity.CACHED, new BigDecimal("40"), Quantity.OUTPUT, new BigDecimal("10"), Quantity.COST, new BigDecimal("0.30000000000000001")));
  }

  @Test
  void otherDelimitersDatesAndCachedTokensOutside() throws BadInvoice {
    TreeMap<Place, Map<Quantity, BigDecimal>> rows =
        read("date;model;kind;in;cached;out;cost\n01.11.2026;m;usage;100;40;10;1\n01.11.2026;;tax;0;0;0;9\n", format(';', "dd.MM.yyyy", Map.of("kind", "usage"), true));
    assertThat(rows).hasSize(1);
    assertThat(rows.get(place("2026-11-01", "m"))).containsEntry(Quantity.INPUT, new BigDecimal("140"));
  }

  @Test
  void everyBadLineIsNamed() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    date,model,in,cached,out,cost,note
                    2026-11-01,m,1,1,1,1,"two
                    lines"
                    yesterday,m,1,1,1,1,
                    2026-11-01,m,-1,1,1,1,
                    2026-11-01,m,1,1.5,1,1,
                    2026-11-01,m,1,1,1,$1,
                    2026-11-01,,1,1,1,1,
                    2026-11-01,m,1,1,1,1e900000000,
                    """,
                    format(',', null, Map.of(), false)))
        .isInstanceOf(BadInvoice.class)
        .hasMessage(
            """
            line 4, column date: not a day: yesterday (expected e.g. 2026-11-26 or 2026-11-26T00:00:00Z; see --date-format)
            line 5, column in: not a whole number of at least 0: -1
            line 6, column cached: not a whole number of at least 0: 1.5
            line 7, column cost: not a number: $1
            line 8, column model: is empty (--only COLUMN=VALUE leaves other lines out)
            line 9, column cost: not a likely number: 1e900000000""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "date,model,in\\n2026-11-01,m,1\\n | no column", "date,model,in,cached,out,cost\\n2026-11-01,m,1\\n | not CSV: ", "date,model,in,cached,out,cost\\n2026-11-01,m,1,1,1,1,1\\n | not CSV: ",
        "date,model,in,cached,out,cost\\n | no line is left to compare",
        "date,model,in,cached,out,cost,cost\\n2026-11-01,m,1,1,1,1,7\\n | more than one column cost: rename those that are not meant",
        "\uFEFFdate,model,in,cached,out, cost ,cost\\n2026-11-01,m,1,1,1,1,7\\n | more than one column cost"
      })
  void badFiles(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n"), format(',', null, Map.of(), false))).isInstanceOf(BadInvoice.class).hasMessageContaining(message);
  }
}
