package dev.exchequer.cli.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Text columns as wide as their widest cell; the columns of numbers are right-aligned. */
public final class Table {
  private static final String GAP = "  ";

  private final List<String> titles;
  private final Set<String> numbers;
  private final List<List<String>> rows = new ArrayList<>();

  /** @param numbers the titles whose columns hold amounts */
  public Table(List<String> titles, Set<String> numbers) {
    this.titles = List.copyOf(titles);
    this.numbers = Set.copyOf(numbers);
  }

  public Table row(String... cells) {
    if (cells.length != titles.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + titles.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** Lines without trailing blanks, each ended by a line feed. */
  public String render() {
    StringBuilder text = new StringBuilder();
    line(text, titles);
    rows.forEach(row -> line(text, row));
    return text.toString();
  }

  private void line(StringBuilder text, List<String> cells) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      String cell = cells.get(column);
      String fill = " ".repeat(width(column) - length(cell));
      line.append(column == 0 ? "" : GAP).append(numbers.contains(titles.get(column)) ? fill + cell : cell + fill);
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  private int width(int column) {
    return Math.max(length(titles.get(column)), rows.stream().mapToInt(row -> length(row.get(column))).max().orElse(0));
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
