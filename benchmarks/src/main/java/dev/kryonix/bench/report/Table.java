package dev.kryonix.bench.report;

import java.util.ArrayList;
import java.util.List;

/** Rows under a heading, in Markdown that also reads well on a terminal. */
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... heading) {
    rows.add(List.of(heading));
  }

  public Table row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "a row of " + cells.length + " cells under " + rows.getFirst().size() + " headings");
    }
    rows.add(List.of(cells));
    return this;
  }

  public String markdown() {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      line(out, rows.get(r), widths);
      if (r == 0) {
        out.append('|');
        for (int i = 0; i < columns; i++) {
          out.append("-".repeat(widths[i] + 1)).append(i == 0 ? "-" : ":").append('|');
        }
        out.append('\n');
      }
    }
    return out.toString();
  }

  private static void line(StringBuilder out, List<String> row, int[] widths) {
    out.append('|');
    for (int i = 0; i < row.size(); i++) {
      String blanks = " ".repeat(widths[i] - row.get(i).length());
      out.append(' ');
      out.append(i == 0 ? row.get(i) + blanks : blanks + row.get(i));
      out.append(" |");
    }
    out.append('\n');
  }
}
