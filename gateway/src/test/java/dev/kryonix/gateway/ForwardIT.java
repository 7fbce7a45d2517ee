package dev.kryonix.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.rpc.ErrorInfo;
import dev.kryonix.gateway.away.AwayServiceGrpc;
import dev.kryonix.gateway.echo.EchoServiceGrpc;
import dev.kryonix.gateway.echo.Note;
import dev.kryonix.kit.errors.WireErrors;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Codec;
import io.grpc.DecompressorRegistry;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** gRPC through the gateway, as a client with generated stubs meets it. */
class ForwardIT {
  private final EchoUpstream upstream = Gateway.UPSTREAM;

  @Test
  void unaryCallsPass() {
    Note note = Note.newBuilder().setId("a").setNumber(7).build();

    assertThat(Gateway.stub().open(note)).isEqualTo(note);
  }

  @Test
  void serverStreamsPassInOrder() {
    Iterator<Note> notes = Gateway.stub().count(Note.newBuilder().setNumber(1000).build());

    List<Integer> numbers = new ArrayList<>();
    notes.forEachRemaining(note -> numbers.add(note.getNumber()));
    assertThat(numbers).hasSize(1000).isSorted();
  }

  @Test
  void clientStreamsPassWithTheirHalfClose() {
    Answers answers = new Answers();
    StreamObserver<Note> requests = EchoServiceGrpc.newStub(Gateway.CHANNEL).collect(answers);
    for (int i = 1; i <= 100; i++) {
      requests.onNext(Note.newBuilder().setNumber(i).setId("n" + i).build());
    }
    requests.onCompleted();

    assertThat(answers.next().getNumber()).isEqualTo(5050);
    assertThat(answers.end()).isEqualTo(Code.OK);
  }

  @Test
  void bidiStreamsAnswerWhileTheyAreOpen() {
    Answers answers = new Answers();
    StreamObserver<Note> requests = EchoServiceGrpc.newStub(Gateway.CHANNEL).chat(answers);
    for (int i = 0; i < 20; i++) {
      requests.onNext(Note.newBuilder().setNumber(i).build());
      assertThat(answers.next().getNumber()).isEqualTo(i);
    }
    requests.onCompleted();

    assertThat(answers.end()).isEqualTo(Code.OK);
  }

  @Test
  void metadataPassesBothWaysAndInternalNamesAreStripped() {
    Metadata headers = new Metadata();
    String id = UUID.randomUUID().toString();
    headers.put(EchoUpstream.CALL_ID, id);
    headers.put(binary("x-blob-bin"), new byte[] {1, 0, (byte) 0xfe});
    headers.put(ascii("x-kryonix-tenant"), "acme");
    headers.put(ascii("x-kryonix-principal"), "root");
    headers.put(ascii("x-kryonix-source"), "192.0.2.1");
    headers.put(ascii("x_kryonix_tenant"), "root");
    headers.put(binary("x-kryonix-tenant-bin"), new byte[] {1});
    headers.put(binary("x_kryonix_principal-bin"), new byte[] {1});
    headers.put(ascii("X-Kryonix-Scopes"), "platform.admin");
    headers.put(ascii("x-kryonix"), "root");
    headers.put(ascii("grpc-metadata-x-kryonix-principal"), "root");
    headers.put(ascii("grpcgateway-x_kryonix-principal"), "root");
    AtomicReference<Metadata> answered = new AtomicReference<>();
    AtomicReference<Metadata> trailers = new AtomicReference<>();

    Gateway.stub()
        .withInterceptors(
            MetadataUtils.newAttachHeadersInterceptor(headers),
            MetadataUtils.newCaptureMetadataInterceptor(answered, trailers))
        .open(Note.getDefaultInstance());

    Metadata seen = Objects.requireNonNull(upstream.seen.get(id));
    assertThat(seen.get(binary("x-blob-bin"))).containsExactly(1, 0, 0xfe);
    assertThat(seen.keys())
        .filteredOn(name -> name.contains("kryonix"))
        .containsExactlyInAnyOrder("x-kryonix-tenant", "x-kryonix-source");
    // Where a call comes from is what the gateway saw, once, and not what the caller says.
    assertThat(seen.getAll(ascii("x-kryonix-source"))).containsExactly("127.0.0.1");
    assertThat(Objects.requireNonNull(answered.get()).get(EchoUpstream.ANSWER)).isEqualTo("given");
    assertThat(Objects.requireNonNull(trailers.get()).get(EchoUpstream.TRAILER))
        .containsExactly(0, 1, 0xff);
  }

  @Test
  void statusMessageAndDetailsPass() {
    StatusRuntimeException e = refusal(() -> Gateway.stub().open(note("fail")));

    assertThat(e.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    assertThat(e.getStatus().getDescription()).isEqualTo("No note 'the one asked for'.");
    assertThat(reason(e)).isEqualTo("RESOURCE_NOT_FOUND");
  }

  @Test
  void deadlinesReachTheServiceAndEndTheCall() {
    String id = UUID.randomUUID().toString();
    Metadata headers = new Metadata();
    headers.put(EchoUpstream.CALL_ID, id);
    int before = upstream.cancelled.get();

    // A call may be over before it has come as far as the service.
    await()
        .until(
            () -> {
              StatusRuntimeException e =
                  refusal(
                      () ->
                          Gateway.stub()
                              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                              .withDeadlineAfter(300, TimeUnit.MILLISECONDS)
                              .open(note("slow")));
              assertThat(e.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
              return upstream.seen.containsKey(id) && upstream.cancelled.get() > before;
            });
    Metadata seen = Objects.requireNonNull(upstream.seen.get(id));
    assertThat(seen.get(ascii("grpc-timeout"))).isNotNull();
  }

  @Test
  void aCallerThatCancelsCancelsTheService() {
    int before = upstream.cancelled.get();
    Answers answers = new Answers();
    StreamObserver<Note> requests = EchoServiceGrpc.newStub(Gateway.CHANNEL).chat(answers);
    requests.onNext(note("a"));
    answers.next();

    ((ClientCallStreamObserver<Note>) requests).cancel("enough", null);

    await().until(() -> upstream.cancelled.get() > before);
  }

  @Test
  void aCallerThatLosesItsConnectionCancelsTheService() {
    int before = upstream.cancelled.get();
    ManagedChannel channel = Gateway.channel();
    Answers answers = new Answers();
    EchoServiceGrpc.newStub(channel).chat(answers).onNext(note("a"));
    answers.next();

    channel.shutdownNow();

    await().until(() -> upstream.cancelled.get() > before);
  }

  @Test
  void aSlowReaderHoldsUpTheServiceAndNotTheGatewaysMemory() {
    int before = upstream.written.get();
    BlockingQueue<Note> taken = new LinkedBlockingQueue<>();
    ClientCall<Note, Note> call =
        Gateway.CHANNEL.newCall(EchoServiceGrpc.getCountMethod(), CallOptions.DEFAULT);
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onMessage(Note note) {
            taken.add(note);
          }
        },
        new Metadata());
    call.sendMessage(Note.newBuilder().setNumber(100_000).setSmallUnsigned(1024).build());
    call.halfClose();
    call.request(1);
    await().until(() -> !taken.isEmpty());

    // What the service could write is what fits the windows of two connections.
    await().during(Duration.ofSeconds(2)).until(() -> upstream.written.get() - before < 12_000);

    call.request(99_999);
    await().atMost(Duration.ofMinutes(3)).until(() -> taken.size() == 100_000);
  }

  @Test
  void aMessageOfTenMebibytesPasses() {
    Note big = Note.newBuilder().setData(ByteString.copyFrom(new byte[10 << 20])).build();

    assertThat(Gateway.stub().open(big).getData().size()).isEqualTo(10 << 20);
  }

  @Test
  void aMessageOverTheLimitIsRefused() {
    Note big = Note.newBuilder().setData(ByteString.copyFrom(new byte[17 << 20])).build();

    StatusRuntimeException e = refusal(() -> Gateway.stub().open(big));

    assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(reason(e)).isEqualTo("MESSAGE_TOO_LARGE");
  }

  @Test
  void anAnswerOverTheLimitIsRefused() {
    Note ask = Note.newBuilder().setId("big").setNumber(17 << 20).build();

    StatusRuntimeException e = refusal(() -> Gateway.stub().open(ask));

    assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    assertThat(reason(e)).isEqualTo("MESSAGE_TOO_LARGE");
  }

  @Test
  void compressedMessagesPassAsTheyAre() {
    String id = UUID.randomUUID().toString();
    Metadata headers = new Metadata();
    headers.put(EchoUpstream.CALL_ID, id);
    Note note = Note.newBuilder().setId("gzip").setRemark("a".repeat(10_000)).build();

    Note answer =
        Gateway.stub()
            .withCompression("gzip")
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
            .open(note);

    assertThat(answer).isEqualTo(note);
    assertThat(Objects.requireNonNull(upstream.seen.get(id)).get(ascii("grpc-encoding")))
        .isEqualTo("gzip");
  }

  @Test
  void anAnswerIsUnpackedForACallerThatTakesNoneCompressed() {
    ManagedChannel plain =
        NettyChannelBuilder.forAddress(
                "127.0.0.1", Gateway.GRPC_PORT, InsecureChannelCredentials.create())
            .decompressorRegistry(
                DecompressorRegistry.emptyInstance().with(Codec.Identity.NONE, false))
            .build();
    try {
      Note note = Note.newBuilder().setId("gzip").setRemark("a".repeat(10_000)).build();

      assertThat(EchoServiceGrpc.newBlockingStub(plain).open(note)).isEqualTo(note);
    } finally {
      plain.shutdownNow();
    }
  }

  @Test
  void aServiceThatIsAwayIsUnavailableWithAHintWhenToComeBack() {
    StatusRuntimeException e =
        refusal(
            () -> AwayServiceGrpc.newBlockingStub(Gateway.CHANNEL).find(Note.getDefaultInstance()));

    assertThat(e.getStatus().getCode()).isEqualTo(Code.UNAVAILABLE);
    assertThat(e.getStatus().getDescription()).doesNotContain("127.0.0.1");
    assertThat(reason(e)).isEqualTo("UPSTREAM_UNAVAILABLE");
    assertThat(Gateway.get("/v1/away"))
        .satisfies(
            answer -> {
              assertThat(answer.statusCode()).isEqualTo(503);
              assertThat(answer.headers().firstValue("retry-after")).contains("1");
              assertThat(answer.body()).contains("retryDelay");
            });
  }

  @Test
  void unknownAndInternalMethodsLookAlike() {
    StatusRuntimeException internal =
        refusal(() -> Gateway.stub().secret(Note.getDefaultInstance()));
    StatusRuntimeException unknown =
        refusal(
            () ->
                io.grpc.stub.ClientCalls.blockingUnaryCall(
                    Gateway.CHANNEL,
                    EchoServiceGrpc.getEchoMethod().toBuilder()
                        .setFullMethodName("kryonix.echo.v1.EchoService/Nothing")
                        .build(),
                    CallOptions.DEFAULT,
                    Note.getDefaultInstance()));

    for (StatusRuntimeException e : List.of(internal, unknown)) {
      assertThat(e.getStatus().getCode()).isEqualTo(Code.UNIMPLEMENTED);
      assertThat(reason(e)).isEqualTo("METHOD_UNKNOWN");
    }
  }

  private static Note note(String id) {
    return Note.newBuilder().setId(id).build();
  }

  static StatusRuntimeException refusal(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return Objects.requireNonNull(catchThrowableOfType(StatusRuntimeException.class, call));
  }

  static String reason(StatusRuntimeException e) {
    Metadata trailers = Objects.requireNonNull(e.getTrailers());
    try {
      return Objects.requireNonNull(trailers.get(WireErrors.DETAILS))
          .getDetails(0)
          .unpack(ErrorInfo.class)
          .getReason();
    } catch (com.google.protobuf.InvalidProtocolBufferException wrong) {
      throw new AssertionError(wrong);
    }
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  private static Metadata.Key<byte[]> binary(String name) {
    return Metadata.Key.of(name, Metadata.BINARY_BYTE_MARSHALLER);
  }

  /** Collects the answers of a stream. */
  private static final class Answers implements ClientResponseObserver<Note, Note> {
    private final BlockingQueue<Note> notes = new LinkedBlockingQueue<>();
    private final BlockingQueue<Code> ends = new LinkedBlockingQueue<>();

    @Override
    public void beforeStart(ClientCallStreamObserver<Note> requests) {
      // Default flow control.
    }

    @Override
    public void onNext(Note note) {
      notes.add(note);
    }

    @Override
    public void onError(Throwable e) {
      ends.add(Status.fromThrowable(e).getCode());
    }

    @Override
    public void onCompleted() {
      ends.add(Code.OK);
    }

    Note next() {
      return await().until(notes::poll, Objects::nonNull);
    }

    Code end() {
      return await().until(ends::poll, Objects::nonNull);
    }
  }
}
