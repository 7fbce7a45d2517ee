package dev.kryonix.bench.messaging;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.KnownLength;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of Publish that cost their maker little, so that the load takes less from those who bear
 * it: the request is encoded once, the answer is not decoded, and no call has a timer.
 */
final class LeanCalls implements AutoCloseable {
  private static final MethodDescriptor<byte[], Boolean> PUBLISH =
      MethodDescriptor.newBuilder(new Encoded(), new Unread())
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName(MessagingServiceGrpc.getPublishMethod().getFullMethodName())
          .build();

  private final byte[] request;
  private final List<ManagedChannel> connections = new ArrayList<>();

  LeanCalls(Target target, PublishRequest request, int connections) {
    this.request = request.toByteArray();
    for (int i = 0; i < connections; i++) {
      this.connections.add(target.connect());
    }
  }

  /** What the caller was told. */
  enum Answer {
    CONFIRMED,
    /** Refused with a time to come back. */
    THROTTLED,
    OTHER
  }

  /** Hears how a call ended, on the connection's event loop. */
  @FunctionalInterface
  interface Ended {
    void with(Answer answer, Status status);
  }

  /** Makes a call over the connection of that number. */
  void call(int connection, Ended ended) {
    ClientCall<byte[], Boolean> call =
        connections.get(connection).newCall(PUBLISH, CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.with(answer(status, trailers), status);
          }
        },
        new Metadata());
    call.request(1);
    call.sendMessage(request);
    call.halfClose();
  }

  private static Answer answer(Status status, Metadata trailers) {
    if (status.isOk()) {
      return Answer.CONFIRMED;
    }
    boolean throttled =
        status.getCode() == Status.Code.RESOURCE_EXHAUSTED && saysWhen(status, trailers);
    return throttled ? Answer.THROTTLED : Answer.OTHER;
  }

  private static boolean saysWhen(Status status, Metadata trailers) {
    com.google.rpc.Status told =
        StatusProto.fromThrowable(new StatusRuntimeException(status, trailers));
    try {
      for (Any detail : told == null ? List.<Any>of() : told.getDetailsList()) {
        if (detail.is(RetryInfo.class) && detail.unpack(RetryInfo.class).hasRetryDelay()) {
          return true;
        }
      }
      return false;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  @Override
  public void close() {
    connections.forEach(ManagedChannel::shutdownNow);
  }

  private static final class Encoded implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] message) {
      return new Bytes(message);
    }

    @Override
    public byte[] parse(InputStream message) {
      throw new UnsupportedOperationException("requests are only sent");
    }
  }

  private static final class Bytes extends ByteArrayInputStream implements KnownLength {
    Bytes(byte[] bytes) {
      super(bytes);
    }
  }

  private static final class Unread implements MethodDescriptor.Marshaller<Boolean> {
    @Override
    public InputStream stream(Boolean message) {
      throw new UnsupportedOperationException("answers are only received");
    }

    @Override
    public Boolean parse(InputStream message) {
      return true;
    }
  }
}
