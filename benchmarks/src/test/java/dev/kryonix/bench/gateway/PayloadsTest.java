package dev.kryonix.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import dev.kryonix.bench.echo.EchoRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PayloadsTest {
  @ParameterizedTest
  @ValueSource(ints = {Payloads.SMALL, 169, 170, 171, 172, Payloads.LARGE})
  void aMessageHasTheSizeThatIsNamed(int bytes) {
    EchoRequest request = Payloads.echo(bytes);

    assertThat(request.getSerializedSize()).isBetween(bytes - 1, bytes);
    assertThat(Payloads.answer(request).getSerializedSize()).isEqualTo(request.getSerializedSize());
  }

  @ParameterizedTest
  @ValueSource(ints = {Payloads.SMALL, Payloads.LARGE})
  void restSendsTheSame(int bytes) throws Exception {
    EchoRequest.Builder read = EchoRequest.newBuilder();
    JsonFormat.parser().merge(Payloads.json(Payloads.echo(bytes)), read);

    assertThat(read.build()).isEqualTo(Payloads.echo(bytes));
  }
}
