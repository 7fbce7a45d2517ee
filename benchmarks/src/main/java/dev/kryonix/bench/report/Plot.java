package dev.kryonix.bench.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of panels with horizontal bars or a curve, as SVG. Every panel has axes of its own from
 * zero; a whisker spans the rounds.
 */
public final class Plot {
  private static final int WIDTH = 960;
  private static final int COLUMNS = 2;
  private static final int PANEL_WIDTH = WIDTH / COLUMNS;
  private static final int LABELS = 118;
  private static final int BAR_ROOM = PANEL_WIDTH - LABELS - 84;
  private static final int BAR = 20;
  private static final int HEAD = 62;
  private static final int TICKS = 4;
  private static final int CURVE_LEFT = 64;
  private static final int CURVE_WIDTH = PANEL_WIDTH - CURVE_LEFT - 40;
  private static final int CURVE_HEIGHT = 180;

  /** Told apart in light and dark, and by people who see few colours. */
  private static final List<String> COLOURS =
      List.of("#8a8f98", "#2f81c7", "#d9822b", "#7a9a3a", "#9b6fb0");

  private final String title;
  private final String subtitle;
  private final List<Panel> panels = new ArrayList<>();
  private final Map<String, String> colours = new LinkedHashMap<>();

  public Plot(String title, String subtitle) {
    this.title = title;
    this.subtitle = subtitle;
  }

  /** One panel; the axis says the unit. */
  public Plot panel(String name, String axis, Map<String, Spread> bars) {
    bars.keySet()
        .forEach(
            bar -> colours.computeIfAbsent(bar, b -> COLOURS.get(colours.size() % COLOURS.size())));
    panels.add(new Bars(name, axis, new LinkedHashMap<>(bars)));
    return this;
  }

  /** One panel with a line instead of bars. */
  public Plot panel(Curve curve) {
    panels.add(new Line(curve));
    return this;
  }

  public String svg() {
    StringBuilder body = new StringBuilder();
    int y = HEAD;
    for (int i = 0; i < panels.size(); i += COLUMNS) {
      int height = 0;
      for (int c = 0; c < COLUMNS && i + c < panels.size(); c++) {
        Panel panel = panels.get(i + c);
        switch (panel) {
          case Bars bars -> draw(body, bars, c * PANEL_WIDTH, y);
          case Line line -> draw(body, line.curve(), c * PANEL_WIDTH, y);
        }
        height = Math.max(height, panel.height());
      }
      y += height;
    }
    return head(y) + body + "</svg>\n";
  }

  private String head(int height) {
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
    <title>%s</title>
    <style>
      .paper { fill: #ffffff } .ink { fill: #1f2328 } .soft { fill: #59636e } .line { stroke: #d1d9e0 } .whisker { stroke: #1f2328 }
      @media (prefers-color-scheme: dark) {
        .paper { fill: #0d1117 } .ink { fill: #f0f6fc } .soft { fill: #9198a1 } .line { stroke: #3d444d } .whisker { stroke: #f0f6fc }
      }
    </style>
    <rect class="paper" width="%d" height="%d"/>
    <text class="ink" x="16" y="26" font-size="17" font-weight="600">%s</text>
    <text class="soft" x="16" y="46">%s</text>
    """
        .formatted(
            WIDTH,
            height,
            WIDTH,
            height,
            escape(title),
            WIDTH,
            height,
            escape(title),
            escape(subtitle));
  }

  private void draw(StringBuilder out, Bars panel, int x, int y) {
    double step = step(panel.highest());
    double end = Math.max(step, Math.ceil(panel.highest() / step) * step);
    int left = x + LABELS;
    int top = y + 30;
    int bottom = top + panel.bars().size() * (BAR + 6) + 2;
    text(out, "ink\" font-weight=\"600", x + 16, y + 18, "start", panel.name());
    for (double tick = 0; tick <= end * 1.0001; tick += step) {
      int at = left + position(tick, end);
      out.append(line("line", at, top - 2, at, bottom));
      text(out, "soft", at, bottom + 14, "middle", axisLabel(tick));
    }
    text(out, "soft", left + BAR_ROOM / 2, bottom + 30, "middle", panel.axis());
    int row = top;
    for (Map.Entry<String, Spread> bar : panel.bars().entrySet()) {
      Spread spread = bar.getValue();
      text(out, "ink", left - 8, row + 14, "end", bar.getKey());
      out.append(
          String.format(
              Locale.ROOT,
              "<rect fill=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>%n",
              colours.get(bar.getKey()),
              left,
              row,
              Math.max(1, position(spread.median(), end)),
              BAR));
      int from = left + position(spread.low(), end);
      int to = left + position(spread.high(), end);
      out.append(line("whisker", from, row + BAR / 2, to, row + BAR / 2));
      out.append(line("whisker", from, row + 6, from, row + BAR - 6));
      out.append(line("whisker", to, row + 6, to, row + BAR - 6));
      text(
          out,
          "ink",
          left + Math.max(position(spread.median(), end), position(spread.high(), end)) + 6,
          row + 14,
          "start",
          Numbers.format(spread.median()));
      row += BAR + 6;
    }
  }

  private static void draw(StringBuilder out, Curve curve, int x, int y) {
    double highest = curve.points().stream().mapToDouble(Curve.Point::y).max().orElse(0);
    double furthest = curve.points().stream().mapToDouble(Curve.Point::x).max().orElse(0);
    double stepUp = step(highest);
    double end = Math.max(stepUp, Math.ceil(highest / stepUp) * stepUp);
    double stepAcross = step(furthest);
    double width = Math.max(stepAcross, Math.ceil(furthest / stepAcross) * stepAcross);
    int left = x + CURVE_LEFT;
    int top = y + 36;
    int bottom = top + CURVE_HEIGHT;
    text(out, "ink\" font-weight=\"600", x + 16, y + 18, "start", curve.name());
    for (double tick = 0; tick <= end * 1.0001; tick += stepUp) {
      int at = bottom - share(tick, end, CURVE_HEIGHT);
      out.append(line("line", left, at, left + CURVE_WIDTH, at));
      text(out, "soft", left - 8, at + 4, "end", axisLabel(tick));
    }
    for (double tick = 0; tick <= width * 1.0001; tick += stepAcross) {
      int at = left + share(tick, width, CURVE_WIDTH);
      out.append(line("line", at, bottom, at, bottom + 4));
      text(out, "soft", at, bottom + 18, "middle", axisLabel(tick));
    }
    text(out, "soft", left + CURVE_WIDTH / 2, bottom + 36, "middle", curve.axis());
    StringBuilder path = new StringBuilder();
    for (Curve.Point point : curve.points()) {
      int across = left + share(point.x(), width, CURVE_WIDTH);
      int up = bottom - share(point.y(), end, CURVE_HEIGHT);
      path.append(path.isEmpty() ? "" : " ").append(across).append(',').append(up);
      out.append(
          String.format(
              Locale.ROOT,
              "<circle fill=\"%s\" cx=\"%d\" cy=\"%d\" r=\"4\"/>%n",
              COLOURS.get(1),
              across,
              up));
      text(out, "ink", across, up - 9, "middle", Numbers.format(point.y()));
    }
    out.append(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n",
            COLOURS.get(1),
            path));
  }

  private static int share(double value, double end, int length) {
    return (int) Math.round(Math.max(0, value) / end * length);
  }

  private static int position(double value, double end) {
    return share(value, end, BAR_ROOM);
  }

  /** The distance of the ticks: 1, 2 or 5 times a power of ten. */
  static double step(double highest) {
    if (!(highest > 0)) {
      return 1;
    }
    double raw = highest / TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(raw)));
    double digit = raw / power;
    return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
  }

  private static String axisLabel(double value) {
    if (value >= 1000) {
      return String.format(Locale.ROOT, "%,.0f", value);
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f", value)
        : String.format(Locale.ROOT, "%.2f", value).replaceAll("0$", "");
  }

  private static String line(String kind, int x1, int y1, int x2, int y2) {
    return String.format(
        Locale.ROOT,
        "<line class=\"%s\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>%n",
        kind,
        x1,
        y1,
        x2,
        y2);
  }

  private static void text(
      StringBuilder out, String kind, int x, int y, String anchor, String text) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n",
            kind,
            x,
            y,
            anchor,
            escape(text)));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** Something that has a place in the picture. */
  private sealed interface Panel {
    int height();
  }

  private record Bars(String name, String axis, Map<String, Spread> bars) implements Panel {
    double highest() {
      return bars.values().stream().mapToDouble(Spread::high).max().orElse(0);
    }

    @Override
    public int height() {
      return 30 + bars.size() * (BAR + 6) + 52;
    }
  }

  private record Line(Curve curve) implements Panel {
    @Override
    public int height() {
      return 36 + CURVE_HEIGHT + 58;
    }
  }
}
