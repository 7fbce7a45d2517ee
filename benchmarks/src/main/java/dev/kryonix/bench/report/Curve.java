package dev.kryonix.bench.report;

import java.util.List;

/**
 * A panel with one line through points.
 *
 * @param name of the panel
 * @param axis what the two axes mean: the unit of the upright one, by what
 * @param points from left to right
 */
public record Curve(String name, String axis, List<Point> points) {
  public Curve {
    points = List.copyOf(points);
  }

  /** What was measured at one size. */
  public record Point(double x, double y) {}
}
