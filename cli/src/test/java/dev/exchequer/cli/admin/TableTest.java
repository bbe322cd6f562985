package dev.exchequer.cli.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table(List.of("NAME", "POSTED", "STATE"), Set.of("POSTED")).row("default/wallet", "7", "open").row("x", "1234.5", "");
    assertThat(table.render()).isEqualTo(
        """
        NAME            POSTED  STATE
        default/wallet       7  open
        x               1234.5
        """);
  }

  @Test
  void aRowHasAllCells() {
    Table table = new Table(List.of("A", "B"), Set.of());
    assertThat(table.isEmpty()).isTrue();
    assertThatThrownBy(() -> table.row("a")).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"12.340000000,12.34", "100.000000000,100", "0.000000001,0.000000001", "-5.000000000,-5", "0.000000000,0"})
  void trailingZerosAreForMachines(String amount, String told) {
    assertThat(Cells.amount(JsonNodeFactory.instance.textNode(amount))).isEqualTo(told);
  }

  @Test
  void whatIsNotThereIsADash() {
    assertThat(Cells.amount(JsonNodeFactory.instance.nullNode())).isEqualTo("-");
    assertThat(Cells.text(JsonNodeFactory.instance.missingNode())).isEqualTo("-");
    assertThat(Cells.list(JsonNodeFactory.instance.arrayNode())).isEqualTo("-");
  }
}
