package dev.exchequer.server.admin;

import java.util.ArrayList;
import java.util.List;

/** Lines of cells, padded so that each column starts at one place. */
final class Columns {
  private Columns() {}

  static List<String> aligned(List<List<String>> rows, String gap) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(i == 0 ? "" : gap).append(row.get(i)).repeat(' ', width(rows, i) - length(row.get(i)));
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static int width(List<List<String>> rows, int column) {
    return rows.stream().filter(row -> column < row.size()).mapToInt(row -> length(row.get(column))).max().orElse(0);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
