package dev.exchequer.cli.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Place FIRST = new Place(LocalDate.parse("2026-11-01"), "gpt-x");
  private static final Place SECOND = new Place(LocalDate.parse("2026-11-02"), "gpt-x");

  private static String row(String day, String balance, String unit, String charge) {
    return """
        {"period":"%s","provider":"default/official","servedModel":"gpt-x","balance":"%s","withUsage":3,"estimated":1,
         "meters":{"Input":60,"CacheRead":40,"Output":7,"Reasoning":3,"Request":3},"charges":[{"unit":"%s","charge":"%s"}]}"""
        .formatted(day, balance, unit, charge);
  }

  private static TreeMap<Place, Ours> ours(String... rows) {
    try {
      String others =
          """
          {"period":"2026-11-01","provider":"default/other","servedModel":"gpt-x","withUsage":9,"meters":{"Input":9},"charges":[]},
          {"period":"2026-11-01","provider":"default/official","servedModel":"refused","withUsage":0,"meters":{},"charges":[{"unit":"CNY","charge":"0.000000000"}]}""";
      return Ours.read(new ObjectMapper().readTree("{\"items\":[" + String.join(",", rows) + "," + others + "]}"), "default/official", "CNY", false);
    } catch (JsonProcessingException e) {
      throw new AssertionError(e);
    }
  }

  /** What the provider bills us by its cost sheet, in the sheet's unit; no balance is named, so nothing is proposed. */
  @Test
  void anInvoiceAgainstTheHouseCost() throws JsonProcessingException {
    String row =
        """
        {"items":[{"period":"2026-11-01","provider":"default/official","servedModel":"gpt-x","balance":"default/wallet","withUsage":1,"meters":{"Input":60},
         "charges":[{"unit":"CNY","charge":"5"}],"costs":[{"unit":"USD","cost":"0.4"},{"unit":"EUR","cost":"1"}]}]}""";
    TreeMap<Place, Ours> ours = Ours.read(new ObjectMapper().readTree(row), "default/official", "USD", true);
    Ours place = ours.firstEntry().getValue();
    assertThat(place.quantities().get(Quantity.COST)).isEqualByComparingTo("0.4");
    assertThat(place.otherUnits()).containsExactly("EUR");
    Comparison comparison =
        Comparison.of(Map.of(ours.firstKey(), Map.of(Quantity.COST, new BigDecimal("0.5"))), ours, new Comparison.Terms(java.util.Set.of(Quantity.COST), BigDecimal.ONE, BigDecimal.ZERO));
    assertThat(comparison.agrees()).isFalse();
    assertThat(Proposal.of(comparison, "f")).isEmpty();
  }

  private static Map<Quantity, BigDecimal> theirs(String input, String output, String cost) {
    return Map.of(Quantity.INPUT, new BigDecimal(input), Quantity.OUTPUT, new BigDecimal(output), Quantity.COST, new BigDecimal(cost));
  }

  private static Comparison.Terms terms(String markup, String tolerance) {
    return new Comparison.Terms(Set.of(Quantity.INPUT, Quantity.OUTPUT, Quantity.COST), new BigDecimal(markup), new BigDecimal(tolerance));
  }

  @Test
  void receiptsOfOneProviderByMeterAndBalance() {
    TreeMap<Place, Ours> places = ours(row("2026-11-01", "default/a", "CNY", "1.5"), row("2026-11-01", "default/b", "CREDIT", "2"));
    assertThat(places).containsOnlyKeys(FIRST);
    Ours first = places.firstEntry().getValue();
    assertThat(first.quantities()).isEqualTo(
        Map.of(Quantity.REQUESTS, new BigDecimal(6), Quantity.INPUT, new BigDecimal(200), Quantity.CACHED, new BigDecimal(80), Quantity.OUTPUT, new BigDecimal(20), Quantity.COST, new BigDecimal("1.5")));
    assertThat(first.charges()).isEqualTo(Map.of("default/a", new BigDecimal("1.5")));
    assertThat(first.otherUnits()).containsExactly("CREDIT");
    assertThat(first.estimated()).isEqualTo(2);
  }

  @Test
  void toolCallsAreNoTokens() throws JsonProcessingException {
    String row =
        """
        {"items":[{"period":"2026-11-01","provider":"default/official","servedModel":"gpt-x","withUsage":1,"meters":{"Input":60,"Output":5,"ToolCall":3},"charges":[]}]}""";
    Map<Quantity, BigDecimal> ours = Ours.read(new ObjectMapper().readTree(row), "default/official", "CNY", false).firstEntry().getValue().quantities();
    assertThat(ours)
        .isEqualTo(Map.of(Quantity.REQUESTS, new BigDecimal(1), Quantity.INPUT, new BigDecimal(60), Quantity.OUTPUT, new BigDecimal(5), Quantity.TOOL_CALLS, new BigDecimal(3)));
  }

  @Test
  void whatAProviderCountsADayLaterDiffersByDayAndAgreesInTotal() {
    Comparison comparison = Comparison.of(new TreeMap<>(Map.of(SECOND, theirs("100", "10", "1"))), ours(row("2026-11-01", "default/a", "CNY", "1.2")), terms("1.2", "0"));
    assertThat(comparison.agrees()).isFalse();
    assertThat(comparison.rows()).extracting(Comparison.Row::side).containsExactly(Comparison.Side.RECEIPTS_ONLY, Comparison.Side.INVOICE_ONLY);
    assertThat(comparison.totals()).singleElement().satisfies(total -> assertThat(total.differing()).isEmpty());
    assertThat(Proposal.of(comparison, "f")).isEmpty();
  }

  @Test
  void toleranceIsAPartOfTheInvoice() {
    Map<Place, Map<Quantity, BigDecimal>> invoice = Map.of(FIRST, theirs("101", "10", "1"));
    assertThat(Comparison.of(invoice, ours(row("2026-11-01", "default/a", "CNY", "1")), terms("1", "0.0099")).rows().getFirst().differing()).containsExactly(Quantity.INPUT);
    assertThat(Comparison.of(invoice, ours(row("2026-11-01", "default/a", "CNY", "1")), terms("1", "0.01")).agrees()).isTrue();
  }

  @Test
  void proposalsSplitTheDifferenceByWhatWasPaid() {
    TreeMap<Place, Ours> ours = ours(row("2026-11-01", "default/a", "CNY", "1"), row("2026-11-01", "default/b", "CNY", "2"));
    Comparison more = Comparison.of(Map.of(FIRST, theirs("200", "20", "3.000000001")), ours, terms("1", "0"));
    assertThat(Proposal.of(more, "f")).containsExactly(new Proposal("default/b", "gpt-x", new BigDecimal("-0.000000001"), "reconcile/f/gpt-x/default/b"));
    Comparison less = Comparison.of(Map.of(FIRST, theirs("200", "20", "1.5")), ours, terms("1", "0"));
    assertThat(Proposal.of(less, "f")).extracting(Proposal::amount).containsExactly(new BigDecimal("0.500000000"), new BigDecimal("1.000000000"));
    Comparison nobody = Comparison.of(Map.of(FIRST, theirs("200", "20", "1.5")), new TreeMap<>(), terms("1", "0"));
    assertThat(Proposal.of(nobody, "f")).as("nobody paid, so nobody is asked").isEmpty();
  }

  @Test
  void partsAlwaysSumToTheDifference() {
    Random random = new Random(7);
    for (int i = 0; i < 500; i++) {
      String[] rows = new String[1 + random.nextInt(6)];
      for (int b = 0; b < rows.length; b++) {
        rows[b] = row("2026-11-01", "default/b" + b, "CNY", BigDecimal.valueOf(random.nextInt(1000) - 50, 9).toPlainString());
      }
      TreeMap<Place, Ours> ours = ours(rows);
      Comparison comparison = Comparison.of(Map.of(FIRST, theirs("1", "1", BigDecimal.valueOf(random.nextInt(5000), 9).toPlainString())), ours, terms("1.1", "0"));
      List<Proposal> proposals = Proposal.of(comparison, "f");
      Comparison.Pair cost = comparison.totals().getFirst().pairs().getOrDefault(Quantity.COST, new Comparison.Pair(BigDecimal.ZERO, BigDecimal.ZERO));
      boolean somebodyPaid = ours.firstEntry().getValue().charges().values().stream().anyMatch(charge -> charge.signum() > 0);
      BigDecimal sum = proposals.stream().map(Proposal::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
      assertThat(sum).isEqualByComparingTo(somebodyPaid ? cost.difference().negate() : BigDecimal.ZERO);
    }
  }
}
