package dev.kryonix.gateway;

import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import dev.kryonix.gateway.echo.UpdateRequest;
import dev.kryonix.testkit.Ports;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One of several processes of a service: can be stopped and started again, and be in trouble. */
final class Replica {
  /** What it does with calls. */
  enum Mood {
    WELL,
    /** Refuses each call, in words that are not the platform's. */
    BROKEN,
    /** Takes each call and never answers. */
    SILENT
  }

  final AtomicInteger calls = new AtomicInteger();
  private final int port = Ports.take();
  private volatile Mood mood = Mood.WELL;
  private HealthStatusManager health = new HealthStatusManager();
  private Server server;

  Replica() throws IOException {
    server = started(port);
  }

  String address() {
    return "127.0.0.1:" + port;
  }

  void is(Mood changed) {
    mood = changed;
  }

  void serves(boolean serving) {
    health.setStatus(
        EchoServiceGrpc.SERVICE_NAME, serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
  }

  void start() throws IOException {
    server = started(port);
  }

  /** At once, as a process that is killed. */
  void kill() throws InterruptedException {
    server.shutdownNow();
    awaitEnd();
  }

  /** As a service of the platform does: says so, then finishes what runs. */
  void stop() throws InterruptedException {
    serves(false);
    server.shutdown();
    awaitEnd();
  }

  private void awaitEnd() throws InterruptedException {
    if (!server.awaitTermination(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("calls are still running");
    }
  }

  private Server started(int at) throws IOException {
    health = new HealthStatusManager();
    serves(true);
    return NettyServerBuilder.forAddress(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), at),
            InsecureServerCredentials.create())
        .executor(Executors.newVirtualThreadPerTaskExecutor())
        .addService(health.getHealthService())
        .addService(new Echo())
        .build()
        .start();
  }

  private final class Echo extends EchoServiceGrpc.EchoServiceImplBase {
    @Override
    public void once(Note request, StreamObserver<Note> responses) {
      answer(request, responses);
    }

    @Override
    public void update(UpdateRequest request, StreamObserver<UpdateRequest> responses) {
      answer(request, responses);
    }

    private <T> void answer(T request, StreamObserver<T> responses) {
      calls.incrementAndGet();
      switch (mood) {
        case WELL -> {
          responses.onNext(request);
          responses.onCompleted();
        }
        case BROKEN -> responses.onError(Status.UNAVAILABLE.asRuntimeException());
        case SILENT -> {}
      }
    }
  }
}
