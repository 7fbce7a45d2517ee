package dev.kryonix.kit.state;

import dev.kryonix.api.tenant.v1.StateServiceGrpc;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The server's end of the state stream, in the hands of a test. */
final class StateServer extends StateServiceGrpc.StateServiceImplBase {
  private final BlockingQueue<Stream> opened = new LinkedBlockingQueue<>();

  /** One stream that a client has opened. */
  static final class Stream implements StreamObserver<SyncRequest> {
    private final StreamObserver<SyncResponse> responses;
    private final BlockingQueue<SyncRequest> received = new LinkedBlockingQueue<>();
    final List<SyncRequest> progress = new CopyOnWriteArrayList<>();

    Stream(StreamObserver<SyncResponse> responses) {
      this.responses = responses;
    }

    void send(SyncResponse message) {
      responses.onNext(message);
    }

    void fail() {
      responses.onError(Status.UNAVAILABLE.withDescription("test").asException());
    }

    /** The next message that is not progress. */
    SyncRequest next() throws InterruptedException {
      return taken(received);
    }

    @Override
    public void onNext(SyncRequest message) {
      if (message.hasProgress()) {
        progress.add(message);
      } else {
        received.add(message);
      }
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {
      responses.onCompleted();
    }
  }

  /** The next stream that is opened. */
  Stream next() throws InterruptedException {
    return taken(opened);
  }

  @Override
  public StreamObserver<SyncRequest> sync(StreamObserver<SyncResponse> responses) {
    Stream stream = new Stream(responses);
    opened.add(stream);
    return stream;
  }

  private static <T> T taken(BlockingQueue<T> queue) throws InterruptedException {
    T item = queue.poll(30, TimeUnit.SECONDS);
    if (item == null) {
      throw new AssertionError("nothing came for thirty seconds");
    }
    return item;
  }
}
