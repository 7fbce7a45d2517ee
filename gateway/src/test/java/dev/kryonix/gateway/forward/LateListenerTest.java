package dev.kryonix.gateway.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ServerCall;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LateListenerTest {
  private final List<String> told = new ArrayList<>();
  private final LateListener<String> late = new LateListener<>();

  @Test
  void aMessageThatCameDuringVerificationIsNotLost() {
    late.onReady();
    late.onMessage("first");
    late.onHalfClose();

    late.is(recorder());
    late.onComplete();

    assertThat(told).containsExactly("ready", "first", "half-close", "complete");
  }

  @Test
  void aCallThatWasCancelledMeanwhileIsOnlyCancelled() {
    late.onMessage("first");
    late.onCancel();

    late.is(recorder());

    assertThat(told).containsExactly("cancel");
  }

  @Test
  void aDecisionMadeAtOnceNeedsNoStandIn() {
    ServerCall.Listener<String> real = recorder();
    late.is(real);

    assertThat(late.orEarlier()).isSameAs(real);
  }

  private ServerCall.Listener<String> recorder() {
    return new ServerCall.Listener<>() {
      @Override
      public void onMessage(String message) {
        told.add(message);
      }

      @Override
      public void onHalfClose() {
        told.add("half-close");
      }

      @Override
      public void onCancel() {
        told.add("cancel");
      }

      @Override
      public void onComplete() {
        told.add("complete");
      }

      @Override
      public void onReady() {
        told.add("ready");
      }
    };
  }
}
