package dev.kryonix.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;

final class PlotTest {
  @Test
  void isWellFormedAndBarsAreAsLongAsTheirFigures() throws Exception {
    Map<String, Spread> bars = new LinkedHashMap<>();
    bars.put("gateway", new Spread(200, 190, 210));
    bars.put("a<b & c", new Spread(100, 90, 110));
    Document svg = parse(new Plot("Title", "on <this>").panel("Load", "per second", bars).svg());

    var rects = svg.getElementsByTagName("rect");
    assertThat(rects.getLength()).isEqualTo(3);
    int longer = width(rects.item(1));
    int shorter = width(rects.item(2));
    assertThat(longer).isCloseTo(2 * shorter, offset(1));
  }

  @Test
  void nothingMeasuredIsStillAPicture() throws Exception {
    Plot plot = new Plot("Title", "").panel("Load", "µs", Map.of("gateway", new Spread(0, 0, 0)));

    assertThat(parse(plot.svg()).getElementsByTagName("rect").getLength()).isEqualTo(2);
  }

  @Test
  void theLineOfACurveRisesWithItsFigures() throws Exception {
    Curve curve =
        new Curve("Restart", "s by vhosts", List.of(point(0, 0), point(500, 50), point(1000, 100)));
    Document svg = parse(new Plot("Title", "").panel(curve).svg());

    var circles = svg.getElementsByTagName("circle");
    assertThat(circles.getLength()).isEqualTo(3);
    int[] up = IntStream.range(0, 3).map(i -> at(circles.item(i), "cy")).toArray();
    int[] across = IntStream.range(0, 3).map(i -> at(circles.item(i), "cx")).toArray();
    assertThat(up[0] - up[1]).isPositive().isCloseTo(up[1] - up[2], offset(1));
    assertThat(across[1] - across[0]).isPositive().isCloseTo(across[2] - across[1], offset(1));
  }

  private static Curve.Point point(double x, double y) {
    return new Curve.Point(x, y);
  }

  private static int at(org.w3c.dom.Node node, String attribute) {
    return Integer.parseInt(node.getAttributes().getNamedItem(attribute).getNodeValue());
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "4, 1", "5, 2", "13000, 5000", "41000, 20000", "0.3, 0.1"})
  void ticksAreRound(double highest, double step) {
    assertThat(Plot.step(highest)).isCloseTo(step, offset(1e-9));
  }

  private static int width(org.w3c.dom.Node rect) {
    return Integer.parseInt(rect.getAttributes().getNamedItem("width").getNodeValue());
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }
}
