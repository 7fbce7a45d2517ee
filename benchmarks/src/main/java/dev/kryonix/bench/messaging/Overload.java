package dev.kryonix.bench.messaging;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.RetryInfo;
import dev.kryonix.api.messaging.v1.MessagingServiceGrpc;
import dev.kryonix.api.messaging.v1.PublishRequest;
import dev.kryonix.api.messaging.v1.PublishResponse;
import dev.kryonix.bench.process.Watched;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** Calls of Publish at twice the rate that the service takes, whatever becomes of them. */
final class Overload {
  private static final int TIMES = 2;
  private static final int CHANNELS = 4;

  /** What the callers have room for; a call beyond is not made. */
  private static final int ON_THE_WAY = 20_000;

  private static final int DEADLINE_SECONDS = 15;
  private static final long NAP_NANOS = 50_000;
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Lab lab;
  private final Watched service;
  private final Semaphore room = new Semaphore(ON_THE_WAY);
  private final LongAdder confirmed = new LongAdder();
  private final LongAdder throttled = new LongAdder();
  private final Map<String, LongAdder> others = new ConcurrentHashMap<>();

  Overload(Lab lab, Watched service) {
    this.lab = lab;
    this.service = service;
  }

  /**
   * What came of it.
   *
   * @param peak confirmed a second by callers who wait for their answers
   * @param offered calls a second
   * @param perSecond confirmed a second
   * @param confirmed in all
   * @param throttled calls that were refused with a time to come back
   * @param others all other outcomes
   * @param residentBefore memory of the service as the load began
   * @param residentAfter its most while it lasted
   * @param queued messages that the broker had afterwards
   */
  record Outcome(
      double peak,
      double offered,
      double perSecond,
      long confirmed,
      long throttled,
      Map<String, Long> others,
      long residentBefore,
      long residentAfter,
      long queued) {}

  Outcome measure() throws IOException, InterruptedException {
    double peak = lab.readings().median(Unary.SATURATED, Unary.SERVICE, Reading::perSecond);
    Duration time = lab.extent().overload();
    lab.empty();
    Target target = lab.tenants().direct(Lab.TENANT);
    List<ManagedChannel> channels = new ArrayList<>();
    for (int i = 0; i < CHANNELS; i++) {
      channels.add(target.connect());
    }
    long before = service.residentBytes();
    long most = before;
    long began = System.nanoTime();
    long gap = (long) (1e9 / (TIMES * peak));
    long made = 0;
    long look = began;
    for (long i = 0; System.nanoTime() - began < time.toNanos(); i++) {
      while (System.nanoTime() < began + i * gap) {
        LockSupport.parkNanos(NAP_NANOS);
      }
      if (System.nanoTime() > look) {
        most = Math.max(most, service.residentBytes());
        look = System.nanoTime() + LOOK.toNanos();
      }
      if (room.tryAcquire()) {
        made++;
        call(channels.get((int) (i % CHANNELS)));
      }
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    double rate = confirmed.sum() / seconds;
    if (!room.tryAcquire(ON_THE_WAY, 2L * DEADLINE_SECONDS, TimeUnit.SECONDS)) {
      throw new IOException("calls without an answer");
    }
    channels.forEach(ManagedChannel::shutdownNow);
    Map<String, Long> rest = new TreeMap<>();
    others.forEach((name, count) -> rest.put(name, count.sum()));
    long queued =
        lab.broker().awaitMessages(Tenants.vhost(Lab.TENANT), Tenants.QUEUE, confirmed.sum());
    lab.empty();
    return new Outcome(
        peak, made / seconds, rate, confirmed.sum(), throttled.sum(), rest, before, most, queued);
  }

  private void call(ManagedChannel channel) {
    PublishRequest request =
        Treatment.SEALED.request().setData(Payload.due(System.nanoTime())).build();
    MessagingServiceGrpc.newStub(channel)
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .publish(
            request,
            new StreamObserver<PublishResponse>() {
              @Override
              public void onNext(PublishResponse answer) {
                confirmed.increment();
              }

              @Override
              public void onError(Throwable error) {
                count(error);
                room.release();
              }

              @Override
              public void onCompleted() {
                room.release();
              }
            });
  }

  private void count(Throwable error) {
    Status status = Status.fromThrowable(error);
    if (status.getCode() == Status.Code.RESOURCE_EXHAUSTED && saysWhen(error)) {
      throttled.increment();
    } else {
      others.computeIfAbsent(status.getCode().name(), unused -> new LongAdder()).increment();
    }
  }

  private static boolean saysWhen(Throwable error) {
    com.google.rpc.Status status = StatusProto.fromThrowable(error);
    try {
      for (var detail :
          status == null ? List.<com.google.protobuf.Any>of() : status.getDetailsList()) {
        if (detail.is(RetryInfo.class) && detail.unpack(RetryInfo.class).hasRetryDelay()) {
          return true;
        }
      }
      return false;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }
}
