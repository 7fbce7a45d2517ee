package dev.kryonix.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AcceptEncodingTest {
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "gzip, deflate, br          | br",
        "gzip                       | gzip",
        "GZIP                       | gzip",
        "br;q=0.1, gzip;q=0.9       | gzip",
        "br;q=0.9, gzip;q=0.9       | br",
        "br;q=0, gzip               | gzip",
        "br;q=0                     | none",
        "br; q=0.000, gzip;q=0      | none",
        "*                          | br",
        "*;q=0                      | none",
        "br;q=0, *                  | gzip",
        "*, br;q=0                  | gzip",
        "gzip;q=1.000               | gzip",
        "gzip;q=x                   | none",
        "gzip;q=2                   | none",
        "zstd, deflate              | none",
        "brotli                     | none",
        "identity                   | none",
        "''                         | none",
        ",,;,                       | none",
      })
  void theClientsLikingIsFollowed(String header, String expected) {
    assertThat(AcceptEncoding.choose(header, List.of("br", "gzip"))).isEqualTo(expected);
  }
}
