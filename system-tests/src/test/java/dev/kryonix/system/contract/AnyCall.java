package dev.kryonix.system.contract;

import com.google.protobuf.DynamicMessage;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.StatusException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.ClientCalls;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Calls any RPC of the contracts with one message, streaming or not. */
public final class AnyCall {
  private AnyCall() {}

  /** The first answer, or an empty list when it ended without one. */
  public static Object first(Rpc rpc, DynamicMessage request, Channel channel, int seconds)
      throws InterruptedException, TimeoutException, StatusException {
    BlockingClientCall<DynamicMessage, DynamicMessage> call =
        ClientCalls.blockingBidiStreamingCall(
            channel, method(rpc), CallOptions.DEFAULT.withDeadlineAfter(seconds, TimeUnit.SECONDS));
    call.write(request);
    call.halfClose();
    DynamicMessage answer = call.read();
    call.cancel("answered", null);
    return answer == null ? List.of() : answer;
  }

  private static MethodDescriptor<DynamicMessage, DynamicMessage> method(Rpc rpc) {
    return MethodDescriptor.<DynamicMessage, DynamicMessage>newBuilder()
        .setType(MethodType.BIDI_STREAMING)
        .setFullMethodName(rpc.name())
        .setRequestMarshaller(
            ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(rpc.method().getInputType())))
        .setResponseMarshaller(
            ProtoUtils.marshaller(DynamicMessage.getDefaultInstance(rpc.method().getOutputType())))
        .build();
  }
}
