package dev.kryonix.messaging.publish;

import com.google.protobuf.util.Timestamps;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.api.messaging.v1.PublishStreamRequest;
import dev.kryonix.api.messaging.v1.PublishStreamResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantDirectory;
import dev.kryonix.messaging.publish.Publisher.Receipt;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;

/** The RPCs that publish. */
@Singleton
public final class PublishEndpoint {
  private final TenantDirectory tenants;
  private final PublishRequests requests;
  private final Publisher publisher;

  PublishEndpoint(TenantDirectory tenants, PublishRequests requests, Publisher publisher) {
    this.tenants = tenants;
    this.requests = requests;
    this.publisher = publisher;
  }

  /** Publishes one message. */
  public PublishResponse publish(Principal caller, PublishRequest request) {
    var tenant = tenants.require(caller);
    try {
      return response(publisher.publish(tenant, requests.read(tenant, request)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommonErrors.notServing("the call was interrupted");
    }
  }

  /** Publishes a stream of messages. */
  public StreamObserver<PublishStreamRequest> publishStream(
      Principal caller, StreamObserver<PublishStreamResponse> responses) {
    return PublishStream.open(
        responses,
        publisher.maxBytesInFlight(),
        request -> {
          var tenant = tenants.require(caller);
          return publisher.submit(tenant, requests.read(tenant, request));
        });
  }

  static PublishResponse response(Receipt receipt) {
    return PublishResponse.newBuilder()
        .setMessageId(receipt.message().id())
        .setQueue(receipt.message().queue().name())
        .setLane(
            switch (receipt.lane()) {
              case HIGH -> dev.kryonix.api.messaging.v1.Lane.LANE_HIGH;
              case NORMAL -> dev.kryonix.api.messaging.v1.Lane.LANE_NORMAL;
              case LOW -> dev.kryonix.api.messaging.v1.Lane.LANE_LOW;
            })
        .setPublishTime(Timestamps.fromMillis(receipt.time().toEpochMilli()))
        .build();
  }
}
