package dev.kryonix.kit.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TraceParentTest {
  private static final String GIVEN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  @ParameterizedTest
  @ValueSource(
      strings = {GIVEN, "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later"})
  void whatACallerBeganIsUnderstood(String given) {
    assertThat(TraceParent.in(headers(given))).isEqualTo(given);
    assertThat(TraceParent.traceId(given)).isEqualTo("0af7651916cd43dd8448eb211c80319c");
    assertThat(TraceParent.isSampled(given)).isTrue();
    assertThat(TraceParent.unsampled(given))
        .isEqualTo("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  }

  @Test
  void whatBeginsHereIsWellFormedAndNotSampled() {
    String random = TraceParent.random();

    assertThat(random).hasSize(55).matches(TraceParent::isWellFormed);
    assertThat(TraceParent.isSampled(random)).isFalse();
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
  void whatIsMalformedCountsForNothing(String given) {
    assertThat(TraceParent.in(headers(given))).isNull();
  }

  private static Metadata headers(String given) {
    Metadata headers = new Metadata();
    headers.put(TraceParent.HEADER, given);
    return headers;
  }
}
