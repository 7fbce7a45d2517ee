package dev.kryonix.interop;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.grpc.testing.integration.Messages.Payload;
import io.grpc.testing.integration.Messages.StreamingInputCallRequest;
import io.grpc.testing.integration.Messages.StreamingInputCallResponse;
import io.grpc.testing.integration.Messages.StreamingOutputCallRequest;
import io.grpc.testing.integration.Messages.StreamingOutputCallResponse;
import io.grpc.testing.integration.TestServiceGrpc;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** Streams as much as it may, takes a stream once it is told to, and gives back what it gets. */
final class StreamService extends TestServiceGrpc.TestServiceImplBase {
  final AtomicLong sent = new AtomicLong();
  final AtomicLong taken = new AtomicLong();
  final AtomicLong echoed = new AtomicLong();
  final CompletableFuture<Void> mayTake = new CompletableFuture<>();
  private final Payload payload;
  private final long total;

  StreamService(Payload payload, long total) {
    this.payload = payload;
    this.total = total;
  }

  @Override
  public void streamingOutputCall(
      StreamingOutputCallRequest request, StreamObserver<StreamingOutputCallResponse> responses) {
    Feed.start(
        (ServerCallStreamObserver<StreamingOutputCallResponse>) responses,
        StreamingOutputCallResponse.newBuilder().setPayload(payload).build(),
        total,
        sent);
  }

  @Override
  public StreamObserver<StreamingInputCallRequest> streamingInputCall(
      StreamObserver<StreamingInputCallResponse> responses) {
    var caller = (ServerCallStreamObserver<StreamingInputCallResponse>) responses;
    caller.disableAutoRequest();
    mayTake.thenRun(() -> caller.request(1));
    return new StreamObserver<>() {
      private int sum;

      @Override
      public void onNext(StreamingInputCallRequest message) {
        sum += message.getPayload().getBody().size();
        taken.set(sum);
        caller.request(1);
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        responses.onNext(
            StreamingInputCallResponse.newBuilder().setAggregatedPayloadSize(sum).build());
        responses.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<StreamingOutputCallRequest> fullDuplexCall(
      StreamObserver<StreamingOutputCallResponse> responses) {
    var caller = (ServerCallStreamObserver<StreamingOutputCallResponse>) responses;
    caller.disableAutoRequest();
    boolean[] owed = {true};
    caller.setOnReadyHandler(
        () -> {
          if (owed[0]) {
            owed[0] = false;
            caller.request(1);
          }
        });
    return new StreamObserver<>() {
      @Override
      public void onNext(StreamingOutputCallRequest message) {
        caller.onNext(
            StreamingOutputCallResponse.newBuilder().setPayload(message.getPayload()).build());
        echoed.addAndGet(message.getPayload().getBody().size());
        if (caller.isReady()) {
          caller.request(1);
        } else {
          owed[0] = true;
        }
      }

      @Override
      public void onError(Throwable gone) {}

      @Override
      public void onCompleted() {
        caller.onCompleted();
      }
    };
  }
}
