package dev.kryonix.kit.server;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.Duration;
import dev.kryonix.api.cache.v1.SetRequest;
import dev.kryonix.kit.errors.ServiceException;
import io.grpc.Status.Code;
import org.junit.jupiter.api.Test;

class ValidationInterceptorTest {
  @Test
  void aTimeThatOverflowsIsTheCallersFault() {
    SetRequest request =
        SetRequest.newBuilder()
            .setModule("crm")
            .setType("temp")
            .setKey("ana")
            .setTtl(Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(1_000_000_000))
            .build();

    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> new ValidationInterceptor().validate(request))
        .extracting(ServiceException::code)
        .isEqualTo(Code.INVALID_ARGUMENT);
  }
}
