package dev.kryonix.backup.process;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.kryonix.api.snapshot.v1.ExportHeader;
import dev.kryonix.api.snapshot.v1.ExportRequest;
import dev.kryonix.api.snapshot.v1.ExportResponse;
import dev.kryonix.api.snapshot.v1.ImportHeader;
import dev.kryonix.api.snapshot.v1.ImportRequest;
import dev.kryonix.api.snapshot.v1.ImportResponse;
import dev.kryonix.api.snapshot.v1.Record;
import dev.kryonix.api.snapshot.v1.SnapshotSourceGrpc;
import dev.kryonix.kit.snapshot.Digest;
import dev.kryonix.kit.snapshot.RecordCheck;
import dev.kryonix.kit.streams.StreamWriter;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/**
 * A source that holds lists of records, and keeps to the contract: all of an import or nothing,
 * each import once.
 */
final class ShelfSource extends SnapshotSourceGrpc.SnapshotSourceImplBase {
  private final String name;
  private final Map<ByteString, List<Record>> shelves = new ConcurrentHashMap<>();
  private final Set<String> switched = ConcurrentHashMap.newKeySet();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CountDownLatch importGate = new CountDownLatch(0);
  private volatile boolean refusing;

  ShelfSource(String name) {
    this.name = name;
  }

  void put(ByteString tenant, List<Record> records) {
    shelves.put(tenant, List.copyOf(records));
  }

  List<Record> get(ByteString tenant) {
    return shelves.getOrDefault(tenant, List.of());
  }

  /** Exports stop before their footer until the latch is opened. */
  void holdExports(CountDownLatch until) {
    gate = until;
  }

  /** Imports stop before their switch until the latch is opened. */
  void holdImports(CountDownLatch until) {
    importGate = until;
  }

  /** Imports of restores fail at their footer, those of rollbacks do not. */
  void refuseRestores(boolean refuse) {
    refusing = refuse;
  }

  /** Neither holds nor refuses any more. */
  void mend() {
    gate.countDown();
    gate = new CountDownLatch(0);
    importGate.countDown();
    importGate = new CountDownLatch(0);
    refusing = false;
  }

  @Override
  public void export(ExportRequest request, StreamObserver<ExportResponse> responses) {
    StreamWriter.serve(responses, writer -> export(request, writer));
  }

  private void export(ExportRequest request, StreamWriter<ExportResponse> writer)
      throws InterruptedException {
    writer.write(
        ExportResponse.newBuilder()
            .setHeader(
                ExportHeader.newBuilder()
                    .setSource(name)
                    .setFormat(3)
                    .setPosition("p")
                    .setTime(Timestamp.newBuilder().setSeconds(1_700_000_000)))
            .build());
    Digest digest = new Digest();
    Set<String> modules = new HashSet<>(request.getModulesList());
    for (Record record : get(request.getTenantUid())) {
      if (modules.isEmpty() || modules.contains(record.getModule())) {
        writer.write(ExportResponse.newBuilder().setRecord(record).build());
        digest.add(record);
      }
    }
    gate.await();
    writer.write(ExportResponse.newBuilder().setFooter(digest.footer()).build());
  }

  @Override
  public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> responses) {
    return new Receiver(responses);
  }

  /** One import. */
  private final class Receiver implements StreamObserver<ImportRequest> {
    private final StreamObserver<ImportResponse> responses;
    private final RecordCheck check = new RecordCheck();
    private final List<Record> staged = new ArrayList<>();
    private ImportHeader header = ImportHeader.getDefaultInstance();
    private Optional<String> wrong = Optional.of("no footer");

    private Receiver(StreamObserver<ImportResponse> responses) {
      this.responses = responses;
    }

    @Override
    public void onNext(ImportRequest message) {
      switch (message.getItemCase()) {
        case HEADER -> header = message.getHeader();
        case RECORD -> {
          wrong = check.add(message.getRecord());
          staged.add(message.getRecord());
        }
        case FOOTER -> wrong = check.end(message.getFooter());
        case ITEM_NOT_SET -> wrong = Optional.of("empty");
      }
    }

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {
      boolean rollback = header.getImportId().endsWith("/rollback");
      if (wrong.isPresent() || header.getFormat() != 3 || (refusing && !rollback)) {
        responses.onError(
            Status.FAILED_PRECONDITION
                .withDescription("refused " + wrong.orElse("by the test"))
                .asException());
        return;
      }
      if (!passesGate()) {
        return;
      }
      if (switched.add(header.getImportId())) {
        switchOver();
      }
      Digest digest = new Digest();
      staged.forEach(digest::add);
      responses.onNext(ImportResponse.newBuilder().putAllCounts(digest.counts()).build());
      responses.onCompleted();
    }

    /** Waits at the gate; an import whose sender has gone meanwhile ends there. */
    private boolean passesGate() {
      try {
        importGate.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      return !((ServerCallStreamObserver<ImportResponse>) responses).isCancelled();
    }

    private void switchOver() {
      List<Record> all = new ArrayList<>(staged);
      if (header.getModulesCount() > 0) {
        get(header.getTenantUid()).stream()
            .filter(record -> !header.getModulesList().contains(record.getModule()))
            .forEach(all::add);
        all.sort(
            (a, b) ->
                ByteString.unsignedLexicographicalComparator().compare(a.getKey(), b.getKey()));
      }
      put(header.getTenantUid(), all);
    }
  }
}
