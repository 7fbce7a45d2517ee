package dev.kryonix.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
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
    assertThat(longer).isCloseTo(2 * shorter, org.assertj.core.data.Offset.offset(1));
  }

  @Test
  void nothingMeasuredIsStillAPicture() throws Exception {
    Plot plot = new Plot("Title", "").panel("Load", "µs", Map.of("gateway", new Spread(0, 0, 0)));

    assertThat(parse(plot.svg()).getElementsByTagName("rect").getLength()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"0, 1", "4, 1", "5, 2", "13000, 5000", "41000, 20000", "0.3, 0.1"})
  void ticksAreRound(double highest, double step) {
    assertThat(Plot.step(highest)).isCloseTo(step, org.assertj.core.data.Offset.offset(1e-9));
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
