package dev.kryonix.gateway;

import com.google.api.HttpBody;
import com.google.protobuf.ByteString;
import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import dev.kryonix.gateway.echo.RawRequest;
import dev.kryonix.gateway.echo.ReadRequest;
import dev.kryonix.gateway.echo.ReadResponse;
import dev.kryonix.gateway.echo.Reading;
import dev.kryonix.gateway.echo.UpdateRequest;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The service behind the gateway in the tests: a real gRPC server that gives back what it gets, and
 * notes what it saw.
 */
final class EchoUpstream extends EchoServiceGrpc.EchoServiceImplBase implements ServerInterceptor {
  static final Metadata.Key<String> CALL_ID =
      Metadata.Key.of("x-call-id", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> ANSWER =
      Metadata.Key.of("x-answer", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<byte[]> TRAILER =
      Metadata.Key.of("x-trailer-bin", Metadata.BINARY_BYTE_MARSHALLER);

  final Map<String, Metadata> seen = new ConcurrentHashMap<>();
  final AtomicInteger written = new AtomicInteger();
  final AtomicInteger received = new AtomicInteger();
  final AtomicInteger cancelled = new AtomicInteger();
  private final Server server;

  EchoUpstream(ServerInterceptor... outermost) throws IOException {
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                InsecureServerCredentials.create())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .maxInboundMessageSize(32 * 1024 * 1024)
            .intercept(this)
            .addService(ServerInterceptors.intercept(this, outermost))
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String id = headers.get(CALL_ID);
    if (id != null) {
      seen.put(id, headers);
    }
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          @Override
          public void sendHeaders(Metadata answer) {
            answer.put(ANSWER, "given");
            super.sendHeaders(answer);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            trailers.put(TRAILER, new byte[] {0, 1, (byte) 0xff});
            super.close(status, trailers);
          }
        },
        headers);
  }

  @Override
  public void echo(Note request, StreamObserver<Note> responses) {
    answer(request, responses);
  }

  @Override
  public void update(UpdateRequest request, StreamObserver<UpdateRequest> responses) {
    responses.onNext(request);
    responses.onCompleted();
  }

  @Override
  public void open(Note request, StreamObserver<Note> responses) {
    switch (request.getId()) {
      case "fail" ->
          responses.onError(
              WireErrors.exception(CommonErrors.notFound("note", "the one asked for")));
      case "slow" -> cancelledBy(responses);
      case "big" ->
          answer(
              Note.newBuilder().setData(ByteString.copyFrom(new byte[request.getNumber()])).build(),
              responses);
      case "gzip" -> {
        ((ServerCallStreamObserver<Note>) responses).setCompression("gzip");
        answer(request, responses);
      }
      default -> answer(request, responses);
    }
  }

  @Override
  public void read(ReadRequest request, StreamObserver<ReadResponse> responses) {
    ReadResponse.Builder response =
        ReadResponse.newBuilder().setAsked(request.getIfNoneMatch()).setAt(System.nanoTime());
    if (!request.getId().equals("nothing")) {
      response.setReading(Reading.newBuilder().setEtag(request.getId()));
    }
    responses.onNext(response.build());
    responses.onCompleted();
  }

  @Override
  public void once(Note request, StreamObserver<Note> responses) {
    answer(request, responses);
  }

  @Override
  public void manage(Note request, StreamObserver<Note> responses) {
    answer(request, responses);
  }

  @Override
  public void raw(RawRequest request, StreamObserver<HttpBody> responses) {
    responses.onNext(request.getBody());
    responses.onCompleted();
  }

  /**
   * Writes as many notes as asked for, as fast as they are taken; then fails when the id says so.
   * The remark is a cursor.
   */
  @Override
  public void count(Note request, StreamObserver<Note> responses) {
    var caller = (ServerCallStreamObserver<Note>) responses;
    caller.setOnCancelHandler(cancelled::incrementAndGet);
    ByteString data = ByteString.copyFrom(new byte[request.getSmallUnsigned()]);
    caller.setOnReadyHandler(
        new Runnable() {
          private int next =
              request.getRemark().isEmpty() ? 0 : Integer.parseInt(request.getRemark());
          private boolean done;

          @Override
          public void run() {
            while (caller.isReady() && next < request.getNumber()) {
              Note.Builder note = Note.newBuilder().setNumber(++next).setData(data);
              if (request.hasRemark()) {
                note.setRemark(Integer.toString(next));
              }
              caller.onNext(note.build());
              written.incrementAndGet();
            }
            if (next == request.getNumber() && !done) {
              done = true;
              if (request.getId().equals("fail")) {
                caller.onError(WireErrors.exception(CommonErrors.notFound("note", "next")));
              } else {
                caller.onCompleted();
              }
            }
          }
        });
  }

  @Override
  public StreamObserver<Note> collect(StreamObserver<Note> responses) {
    return new StreamObserver<>() {
      private final Note.Builder all = Note.newBuilder();

      @Override
      public void onNext(Note note) {
        received.incrementAndGet();
        all.setNumber(all.getNumber() + note.getNumber()).addTags(note.getId());
      }

      @Override
      public void onError(Throwable gone) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        answer(all.build(), responses);
      }
    };
  }

  @Override
  public StreamObserver<Note> chat(StreamObserver<Note> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(Note note) {
        responses.onNext(note);
      }

      @Override
      public void onError(Throwable gone) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  @Override
  public StreamObserver<Note> converse(StreamObserver<Note> responses) {
    var caller = (ServerCallStreamObserver<Note>) responses;
    Flood flood = new Flood(caller);
    caller.setOnReadyHandler(flood::rise);
    caller.disableAutoRequest();
    caller.request(1);
    return new StreamObserver<>() {
      @Override
      public void onNext(Note note) {
        received.incrementAndGet();
        switch (note.getTextChoice()) {
          case "fail" ->
              responses.onError(WireErrors.exception(CommonErrors.notFound("note", note.getId())));
          case "flood" -> {
            flood.begin(note);
            caller.request(1);
          }
          case "deaf" -> {}
          default -> {
            responses.onNext(note);
            caller.request(1);
          }
        }
      }

      @Override
      public void onError(Throwable gone) {
        cancelled.incrementAndGet();
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }

  @Override
  public void watch(Note request, StreamObserver<Note> responses) {
    responses.onNext(request);
    cancelledBy(responses);
  }

  private void cancelledBy(StreamObserver<Note> responses) {
    ((ServerCallStreamObserver<Note>) responses).setOnCancelHandler(cancelled::incrementAndGet);
  }

  private static void answer(Note note, StreamObserver<Note> responses) {
    responses.onNext(note);
    responses.onCompleted();
  }

  /** Notes as fast as they are taken, once it has begun. */
  private final class Flood {
    private final ServerCallStreamObserver<Note> caller;
    private Note note = Note.getDefaultInstance();
    private int left;

    Flood(ServerCallStreamObserver<Note> caller) {
      this.caller = caller;
    }

    synchronized void begin(Note asked) {
      left = asked.getNumber();
      note =
          Note.newBuilder()
              .setData(ByteString.copyFrom(new byte[asked.getSmallUnsigned()]))
              .build();
      rise();
    }

    synchronized void rise() {
      while (left > 0 && caller.isReady()) {
        left--;
        caller.onNext(note);
        written.incrementAndGet();
      }
    }
  }
}
