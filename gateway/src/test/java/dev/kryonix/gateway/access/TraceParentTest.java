package dev.kryonix.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @ParameterizedTest
  @ValueSource(
      strings = {GIVEN, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later"})
  void aTraceThatTheCallerBeganGoesOn(String given) {
    Metadata headers = new Metadata();
    headers.put(HEADER, given);

    assertThat(TraceParent.ensure(headers)).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(headers.get(HEADER)).isEqualTo(given);
  }

  @Test
  void withoutOneATraceBegins() {
    Metadata headers = new Metadata();

    String trace = TraceParent.ensure(headers);

    assertThat(headers.get(HEADER)).matches("00-" + trace + "-[0-9a-f]{16}-00");
    assertThat(trace).matches("[0-9a-f]{32}");
    assertThat(headers.get(HEADER)).matches(TraceParent::isWellFormed);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"
      })
  void aMalformedOneIsReplaced(String given) {
    Metadata headers = new Metadata();
    headers.put(HEADER, given);

    String trace = TraceParent.ensure(headers);

    assertThat(headers.getAll(HEADER)).hasSize(1).noneMatch(given::equals);
    assertThat(headers.get(HEADER)).contains(trace);
  }
}
