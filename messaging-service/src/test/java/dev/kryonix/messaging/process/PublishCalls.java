package dev.kryonix.messaging.process;

import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResult;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import io.grpc.CallCredentials;
import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.stub.BlockingClientCall;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** A publish stream with messages outstanding. */
public final class PublishCalls {
  private PublishCalls() {}

  /** Sends all messages without waiting between them, and returns all that the server says. */
  public static List<PublishStreamResponse> stream(
      Channel channel, CallCredentials caller, List<PublishRequest> messages)
      throws InterruptedException, StatusException, ExecutionException {
    BlockingClientCall<PublishStreamRequest, PublishStreamResponse> call =
        MessagingServiceGrpc.newBlockingV2Stub(channel)
            .withCallCredentials(caller)
            .withDeadlineAfter(60, TimeUnit.SECONDS)
            .publishStream();
    List<PublishStreamResponse> responses = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // Both ways at once: a client that does not read is slowed, and then may not write.
      Future<?> reading =
          threads.submit(
              () -> {
                for (PublishStreamResponse next = call.read(); next != null; next = call.read()) {
                  responses.add(next);
                }
                return true;
              });
      long sequence = 0;
      for (PublishRequest message : messages) {
        call.write(
            PublishStreamRequest.newBuilder().setSequence(++sequence).setMessage(message).build());
      }
      call.halfClose();
      reading.get();
    }
    return responses;
  }

  /** The results among what the server says, by their sequence numbers. */
  public static List<PublishResult> results(List<PublishStreamResponse> responses) {
    return responses.stream()
        .filter(PublishStreamResponse::hasResult)
        .map(PublishStreamResponse::getResult)
        .sorted(Comparator.comparingLong(PublishResult::getSequence))
        .toList();
  }
}
