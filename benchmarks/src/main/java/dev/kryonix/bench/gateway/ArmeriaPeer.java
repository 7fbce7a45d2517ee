package dev.kryonix.bench.gateway;

import com.linecorp.armeria.client.grpc.GrpcClients;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.grpc.GrpcService;
import dev.kryonix.bench.echo.EchoRequest;
import dev.kryonix.bench.echo.EchoResponse;
import dev.kryonix.bench.echo.EchoServiceGrpc.EchoServiceImplBase;
import dev.kryonix.bench.echo.EchoServiceGrpc.EchoServiceStub;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Armeria's transcoder of REST to gRPC, from the same contract. Its service either forwards to the
 * echo service, as a gateway does, or answers in the process, as Armeria is mostly used.
 */
final class ArmeriaPeer {
  private ArmeriaPeer() {}

  /** Arguments: its port, and the echo service's port unless it is to answer itself. */
  public static void main(String[] arguments) throws InterruptedException {
    BindableService service =
        arguments.length > 1
            ? new Forwarding(
                GrpcClients.newClient(
                    "gproto+h2c://127.0.0.1:" + arguments[1] + "/", EchoServiceStub.class))
            : new EchoEndpoint();
    Server server =
        Server.builder()
            .http(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])))
            .service(
                GrpcService.builder().addService(service).enableHttpJsonTranscoding(true).build())
            .build();
    server.closeOnJvmShutdown();
    server.start().join();
    server.blockUntilShutdown();
  }

  private static final class Forwarding extends EchoServiceImplBase {
    private final EchoServiceStub echo;

    Forwarding(EchoServiceStub echo) {
      this.echo = echo;
    }

    @Override
    public void echo(EchoRequest request, StreamObserver<EchoResponse> answers) {
      echo.echo(request, answers);
    }
  }
}
