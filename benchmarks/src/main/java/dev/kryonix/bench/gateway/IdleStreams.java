package dev.kryonix.bench.gateway;

import dev.kryonix.bench.echo.EchoServiceGrpc;
import dev.kryonix.bench.echo.IdleRequest;
import dev.kryonix.bench.echo.IdleResponse;
import dev.kryonix.bench.load.Subject;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Server streams that are open from end to end and quiet.
 *
 * @param streams how many were open at once
 * @param connections they were spread over
 * @param bytesBefore resident memory of the proxy before
 * @param bytesWith resident memory of the proxy while they were open
 */
record IdleStreams(int streams, int connections, long bytesBefore, long bytesWith) {
  private static final int CONNECTIONS = 100;
  private static final int OPENING_AT_ONCE = 500;
  private static final int PATIENCE_SECONDS = 30;
  private static final int SETTLING_SECONDS = 2;

  static IdleStreams open(Subject subject, String token, int streams)
      throws IOException, InterruptedException {
    long before = subject.process().residentBytes();
    List<Caller> callers = new ArrayList<>();
    try {
      for (int i = 0; i < CONNECTIONS; i++) {
        callers.add(new Caller(subject, token));
      }
      Opening opening = new Opening(streams);
      for (int i = 0; i < streams; i++) {
        opening.begin(callers.get(i % CONNECTIONS));
      }
      opening.await();
      TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
      opening.requireOpen();
      return new IdleStreams(streams, CONNECTIONS, before, subject.process().residentBytes());
    } finally {
      callers.forEach(Caller::close);
    }
  }

  private static final class Opening {
    private final Semaphore room = new Semaphore(OPENING_AT_ONCE);
    private final CountDownLatch left;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Opening(int streams) {
      left = new CountDownLatch(streams);
    }

    void begin(Caller caller) throws IOException, InterruptedException {
      if (!room.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(left.getCount() + " streams cannot be opened");
      }
      EchoServiceGrpc.newStub(caller.channel())
          .idle(
              IdleRequest.getDefaultInstance(),
              new StreamObserver<>() {
                @Override
                public void onNext(IdleResponse sign) {
                  room.release();
                  left.countDown();
                }

                @Override
                public void onError(Throwable error) {
                  failure.compareAndSet(null, error);
                  room.release();
                  left.countDown();
                }

                @Override
                public void onCompleted() {
                  failure.compareAndSet(null, new IOException("a quiet stream has ended"));
                }
              });
    }

    void await() throws IOException, InterruptedException {
      if (!left.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(left.getCount() + " streams did not open");
      }
      requireOpen();
    }

    void requireOpen() throws IOException {
      Throwable error = failure.get();
      if (error != null) {
        throw new IOException("a quiet stream failed: " + error.getMessage(), error);
      }
    }
  }
}
