package dev.kryonix.messaging.subscribe;

import dev.kryonix.api.messaging.v1.AcknowledgeRequest;
import dev.kryonix.api.messaging.v1.AcknowledgeResponse;
import dev.kryonix.api.messaging.v1.PullRequest;
import dev.kryonix.api.messaging.v1.PullResponse;
import dev.kryonix.api.messaging.v1.SubscribeRequest;
import dev.kryonix.api.messaging.v1.SubscribeResponse;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import dev.kryonix.kit.identity.Principal;
import dev.kryonix.kit.state.TenantView;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The RPCs that consume. */
@Singleton
public final class SubscribeEndpoint {
  /**
   * So many requests of a stream are settled before the results of the first are written, so that
   * whoever settles each message by itself does not wait for each. Their results are held.
   */
  private static final int REQUESTS_AHEAD = 16;

  private final Subscribing subscribing;
  private final Settlements settlements;
  private final PullChannels channels;

  SubscribeEndpoint(Subscribing subscribing, Settlements settlements, PullChannels channels) {
    this.subscribing = subscribing;
    this.settlements = settlements;
    this.channels = channels;
  }

  /** Delivers messages over a stream. */
  public StreamObserver<SubscribeRequest> subscribe(
      Principal caller, StreamObserver<SubscribeResponse> responses) {
    var call = (ServerCallStreamObserver<SubscribeResponse>) responses;
    call.disableAutoRequest();
    Requests requests = new Requests(caller, call, StreamWriter.over(responses));
    call.request(1);
    return requests;
  }

  /** Settles deliveries of any stream or call. */
  public AcknowledgeResponse acknowledge(Principal caller, AcknowledgeRequest request) {
    TenantView tenant = subscribing.tenants().require(caller);
    if (request.getAckTokensCount() == 0
        && request.getNacksCount() == 0
        && request.getLeaseExtensionsCount() == 0) {
      throw SubscribeErrors.nothingToSettle();
    }
    return AcknowledgeResponse.newBuilder()
        .addAllResults(settlements.settle(tenant, request))
        .build();
  }

  /** Takes messages without a stream. */
  public PullResponse pull(Principal caller, PullRequest request) {
    TenantView tenant = subscribing.tenants().require(caller);
    SubscriptionStart start = SubscriptionStart.of(tenant, subscribing.operations(), request);
    try {
      return PullResponse.newBuilder()
          .addAllDeliveries(
              new Pull(subscribing, channels, tenant, start)
                  .take(SubscriptionStart.duration(request.getWait())))
          .build();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommonErrors.notServing("the call was interrupted");
    }
  }

  /**
   * What the client sends. It is never written to from here: gRPC would tell of readiness on this
   * very thread.
   */
  private final class Requests implements StreamObserver<SubscribeRequest> {
    private final Principal caller;
    private final ServerCallStreamObserver<SubscribeResponse> call;
    private final StreamWriter<SubscribeResponse> writer;
    private @Nullable Subscription subscription;

    Requests(
        Principal caller,
        ServerCallStreamObserver<SubscribeResponse> call,
        StreamWriter<SubscribeResponse> writer) {
      this.caller = caller;
      this.call = call;
      this.writer = writer;
    }

    @Override
    public void onNext(SubscribeRequest request) {
      Subscription running = subscription;
      try {
        if (running == null) {
          start(request);
        } else {
          take(running, request);
        }
      } catch (ServiceException e) {
        if (running == null) {
          writer.fail(e);
        } else {
          running.refuse(e);
        }
      }
    }

    @Override
    public void onError(Throwable error) {
      onCompleted();
    }

    @Override
    public void onCompleted() {
      Subscription running = subscription;
      if (running == null) {
        writer.complete();
      } else {
        running.end();
      }
    }

    private void start(SubscribeRequest request) {
      if (!request.hasStart()) {
        throw SubscribeErrors.startFirst();
      }
      TenantView tenant = subscribing.tenants().require(caller);
      SubscriptionStart start =
          SubscriptionStart.of(tenant, subscribing.operations(), request.getStart());
      Subscription started = new Subscription(subscribing, caller, start, () -> call.request(1));
      subscription = started;
      writer.start(started::write);
      call.request(REQUESTS_AHEAD);
    }

    private void take(Subscription running, SubscribeRequest request) {
      TenantView tenant = subscribing.tenants().require(caller);
      switch (request.getItemCase()) {
        case START -> throw SubscribeErrors.startOnce();
        case ACK ->
            running.answer(settlements.acknowledge(tenant, request.getAck().getAckTokensList()));
        case NACK -> running.answer(settlements.giveBack(tenant, request.getNack()));
        case EXTEND_LEASE -> running.answer(settlements.extend(tenant, request.getExtendLease()));
        case FLOW_LIMITS -> {
          running.limit(Limits.of(request.getFlowLimits()));
          running.answer(List.of());
        }
        case ITEM_NOT_SET -> throw SubscribeErrors.startFirst();
      }
    }
  }
}
