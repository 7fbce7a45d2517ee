package dev.kryonix.kit.streams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.streams.StreamWriter.Body;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StreamsTest {
  private static final ByteString KILOBYTE = ByteString.copyFrom(new byte[1024]);

  private volatile Body<ExportResponse> body = writer -> {};
  private final AtomicInteger received = new AtomicInteger();
  private final CountDownLatch reading = new CountDownLatch(1);
  private Optional<LoopbackServer> server = Optional.empty();

  @BeforeEach
  void start() throws IOException {
    server = Optional.of(new LoopbackServer(new Source()));
  }

  @AfterEach
  void stop() {
    server.orElseThrow().close();
  }

  @Test
  void everythingWrittenIsReadInOrder() {
    body = writer -> writeNumbers(writer, 10_000);

    try (StreamReader<ExportResponse> reader = export()) {
      for (int i = 0; i < 10_000; i++) {
        assertThat(reader.next().getRecord().getModule()).isEqualTo(Integer.toString(i));
      }
      assertThat(reader.hasNext()).isFalse();
    }
  }

  @Test
  void aReaderThatStopsReadingStopsTheWriter() {
    AtomicInteger written = new AtomicInteger();
    body =
        writer -> {
          while (true) {
            writer.write(message(0));
            written.incrementAndGet();
          }
        };

    try (StreamReader<ExportResponse> reader = export()) {
      reader.next();

      awaitRest(written);
      assertThat(written).hasValueLessThan(10_000);
      int before = written.get();
      for (int i = 0; i < before + 100; i++) {
        reader.next();
      }
      assertThat(written).hasValueGreaterThan(before);
    }
  }

  @Test
  void aReaderThatLeavesEndsTheWriter() {
    AtomicReference<Throwable> end = new AtomicReference<>();
    body =
        writer -> {
          try {
            while (true) {
              writer.write(message(0));
            }
          } catch (StreamCancelledException e) {
            end.set(e);
            throw e;
          }
        };

    StreamReader<ExportResponse> reader = export();
    reader.next();
    reader.close();

    await().untilAsserted(() -> assertThat(end.get()).isNotNull());
  }

  @Test
  void aRefusalInTheMiddleReachesTheReaderAfterWhatWasWritten() {
    body =
        writer -> {
          writeNumbers(writer, 3);
          throw CommonErrors.notFound("tenant", "acme");
        };

    try (StreamReader<ExportResponse> reader = export()) {
      reader.next();
      reader.next();
      reader.next();
      assertThat(catchThrowableOfType(StatusRuntimeException.class, reader::hasNext).getStatus())
          .satisfies(
              status -> {
                assertThat(status.getCode()).isEqualTo(Code.NOT_FOUND);
                assertThat(status.getDescription()).contains("acme");
              });
    }
  }

  @Test
  void theWriterSeesTheCallsContext() {
    AtomicReference<Object> deadline = new AtomicReference<>();
    body = writer -> deadline.set(Context.current().getDeadline());

    try (StreamReader<ExportResponse> reader =
        StreamReader.open(
            4,
            answers ->
                stub()
                    .withDeadlineAfter(1, TimeUnit.MINUTES)
                    .export(ExportRequest.getDefaultInstance(), answers))) {
      assertThat(reader.hasNext()).isFalse();
    }
    assertThat(deadline.get()).isNotNull();
  }

  @Test
  void aReaderThatIsInterruptedCancelsTheCall() throws InterruptedException {
    CountDownLatch started = new CountDownLatch(1);
    CountDownLatch cancelled = new CountDownLatch(1);
    body =
        writer -> {
          Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
          started.countDown();
          cancelled.await();
        };
    StreamReader<ExportResponse> reader = export();
    Thread waiting =
        Thread.ofVirtual().start(() -> assertThatThrownBy(reader::hasNext).isNotNull());
    assertThat(started.await(30, TimeUnit.SECONDS)).isTrue();

    waiting.interrupt();

    assertThat(cancelled.await(30, TimeUnit.SECONDS)).isTrue();
    waiting.join();
  }

  @Test
  void aSenderIsAnsweredAfterEverythingItSent() {
    reading.countDown();
    try (StreamSender<ImportRequest, ImportResponse> sender = StreamSender.open(stub()::import_)) {
      for (int i = 0; i < 5_000; i++) {
        sender.send(ImportRequest.newBuilder().setRecord(record(i)).build());
      }
      assertThat(sender.finish().getExpired()).isEqualTo(5_000);
    }
  }

  @Test
  void aServerThatReadsSlowlySlowsTheSender() throws InterruptedException {
    AtomicInteger sent = new AtomicInteger();
    try (StreamSender<ImportRequest, ImportResponse> sender = StreamSender.open(stub()::import_)) {
      Thread sending =
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 20_000; i++) {
                      sender.send(ImportRequest.newBuilder().setRecord(record(i)).build());
                      sent.incrementAndGet();
                    }
                  });
      awaitRest(sent);
      assertThat(sent).hasValueLessThan(10_000);

      reading.countDown();
      sending.join();
      assertThat(sender.finish().getExpired()).isEqualTo(20_000);
    }
  }

  @Test
  void aRefusalReachesTheSenderWithItsStatus() {
    reading.countDown();
    try (StreamSender<ImportRequest, ImportResponse> sender = StreamSender.open(stub()::import_)) {
      sender.send(ImportRequest.getDefaultInstance());
      assertThat(catchThrowableOfType(StatusRuntimeException.class, sender::finish).getStatus())
          .satisfies(status -> assertThat(status.getCode()).isEqualTo(Code.INVALID_ARGUMENT));
    }
  }

  private StreamReader<ExportResponse> export() {
    return StreamReader.open(
        4, answers -> stub().export(ExportRequest.getDefaultInstance(), answers));
  }

  private SnapshotSourceGrpc.SnapshotSourceStub stub() {
    return SnapshotSourceGrpc.newStub(server.orElseThrow().channel());
  }

  private static void writeNumbers(StreamWriter<ExportResponse> writer, int count) {
    for (int i = 0; i < count; i++) {
      writer.write(message(i));
    }
  }

  private static ExportResponse message(int number) {
    return ExportResponse.newBuilder().setRecord(record(number)).build();
  }

  private static Record record(int number) {
    return Record.newBuilder().setModule(Integer.toString(number)).setValue(KILOBYTE).build();
  }

  /** Waits until the counter has moved and then stood for a while. */
  private static void awaitRest(AtomicInteger counter) {
    AtomicInteger last = new AtomicInteger();
    await()
        .during(Duration.ofMillis(300))
        .until(() -> last.getAndSet(counter.get()) == counter.get() && counter.get() > 0);
  }

  /** Writes what the test says, and counts what it is sent once it may read. */
  private final class Source extends SnapshotSourceGrpc.SnapshotSourceImplBase {
    @Override
    public void export(ExportRequest request, StreamObserver<ExportResponse> responses) {
      StreamWriter.serve(responses, body);
    }

    @Override
    public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> responses) {
      return new StreamObserver<>() {
        @Override
        public void onNext(ImportRequest request) {
          awaitReading();
          if (!request.hasRecord()) {
            throw CommonErrors.invalidField("record", "must be set");
          }
          received.incrementAndGet();
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
          responses.onNext(ImportResponse.newBuilder().setExpired(received.get()).build());
          responses.onCompleted();
        }
      };
    }

    private void awaitReading() {
      try {
        reading.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
