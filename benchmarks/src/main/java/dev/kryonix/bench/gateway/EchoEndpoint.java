package dev.kryonix.bench.gateway;

import dev.kryonix.bench.echo.CountRequest;
import dev.kryonix.bench.echo.CountResponse;
import dev.kryonix.bench.echo.EchoRequest;
import dev.kryonix.bench.echo.EchoResponse;
import dev.kryonix.bench.echo.EchoServiceGrpc.EchoServiceImplBase;
import dev.kryonix.bench.echo.IdleRequest;
import dev.kryonix.bench.echo.IdleResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/** Answers what it is sent, with as little work as there can be. */
final class EchoEndpoint extends EchoServiceImplBase {
  @Override
  public void echo(EchoRequest request, StreamObserver<EchoResponse> answers) {
    answers.onNext(Payloads.answer(request));
    answers.onCompleted();
  }

  @Override
  public void count(CountRequest request, StreamObserver<CountResponse> answers) {
    ServerCallStreamObserver<CountResponse> caller =
        (ServerCallStreamObserver<CountResponse>) answers;
    CountResponse message = Payloads.message(request.getSize());
    int[] left = {request.getCount()};
    caller.setOnReadyHandler(
        () -> {
          while (left[0] > 0 && caller.isReady()) {
            caller.onNext(message);
            if (--left[0] == 0) {
              caller.onCompleted();
            }
          }
        });
  }

  @Override
  public void idle(IdleRequest request, StreamObserver<IdleResponse> answers) {
    // A server that is told of the cancellation needs nothing more.
    ((ServerCallStreamObserver<IdleResponse>) answers).setOnCancelHandler(() -> {});
    answers.onNext(IdleResponse.getDefaultInstance());
  }
}
