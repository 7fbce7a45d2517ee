package dev.kryonix.tenant.state;

import com.google.protobuf.ByteString;
import dev.kryonix.api.tenant.v1.Ack;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Nack;
import dev.kryonix.api.tenant.v1.Progress;
import dev.kryonix.api.tenant.v1.Resync;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.UsageReport;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.kit.streams.StreamCancelledException;
import dev.kryonix.kit.streams.StreamWriter;
import dev.kryonix.tenant.conditions.ConditionStore.Subject;
import dev.kryonix.tenant.state.SyncSession.Answer;
import dev.kryonix.tenant.state.SyncSession.Opening;
import dev.kryonix.tenant.usage.Usages;
import io.grpc.stub.StreamObserver;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service instance's stream: brings what it says to the {@link SyncSession}, and writes what
 * the session wants to say, on a thread of its own, as fast as the instance reads.
 */
final class SyncStream implements StreamObserver<SyncRequest> {
  private static final Logger LOG = LoggerFactory.getLogger(SyncStream.class);
  private static final int UID_BYTES = 16;

  private final String service;
  private final StreamWriter<SyncResponse> writer;
  private final SyncSession session;
  private final Outgoing outgoing;
  private final Provisioning provisioning;
  private final Usages usages;
  private final StateServer server;
  private final InstantSource clock;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<TenantUid, Long> known = new HashMap<>();
  private String instance = "";
  private boolean opened;
  private boolean closed;

  SyncStream(
      String service,
      StreamWriter<SyncResponse> writer,
      SyncSession session,
      Provisioning provisioning,
      Usages usages,
      StateServer server,
      InstantSource clock) {
    this.service = service;
    this.writer = writer;
    this.session = session;
    this.outgoing = new Outgoing(session, server::isUpToDate, clock);
    this.provisioning = provisioning;
    this.usages = usages;
    this.server = server;
    this.clock = clock;
  }

  @Override
  public void onNext(SyncRequest request) {
    try {
      switch (request.getMessageCase()) {
        case HELLO -> hello(request.getHello());
        case ACK -> ack(request.getAck());
        case NACK -> nack(request.getNack());
        case PROGRESS -> progress(request.getProgress());
        case USAGE -> usage(request.getUsage());
        case MESSAGE_NOT_SET -> throw CommonErrors.invalidField("message", "must be set");
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  @Override
  public void onError(Throwable gone) {
    close();
  }

  @Override
  public void onCompleted() {
    close();
    writer.complete();
  }

  /** The tenants may have changed. */
  void changed(Iterable<TenantUid> tenants) {
    underLock(
        () -> {
          if (opened) {
            tenants.forEach(session::changed);
          }
        });
  }

  /** Asks the instance to go to another replica, and ends the stream soon after. */
  void drain() {
    underLock(outgoing::drain);
  }

  private void hello(Hello hello) {
    if (!hello.getService().equals(service)) {
      throw StateErrors.anotherService(hello.getService(), service);
    }
    if (opened) {
      throw CommonErrors.invalidField("hello", "the stream has been opened already");
    }
    int count = hello.getKnownGenerationsCount();
    if (hello.getKnownUids().size() != count * UID_BYTES) {
      throw CommonErrors.invalidField(
          "hello.known_uids", "must have 16 bytes for each of the known generations");
    }
    for (int i = 0; i < count; i++) {
      ByteString uid = hello.getKnownUids().substring(i * UID_BYTES, (i + 1) * UID_BYTES);
      known.put(TenantUid.fromBytes(uid), hello.getKnownGenerations(i));
    }
    instance = hello.getInstance();
    if (hello.getComplete()) {
      open();
    }
  }

  private void open() {
    server.learn(known.keySet());
    Opening opening;
    lock.lock();
    try {
      opening = session.open(known);
      opened = opening instanceof Opening.Difference;
    } finally {
      lock.unlock();
    }
    switch (opening) {
      case Opening.Difference(Map<TenantUid, Long> current, Map<TenantUid, Long> ahead) -> {
        LOG.info("{} {} is connected, with {} tenants", service, instance, known.size());
        provisioning.ahead(service, ahead);
        Thread.ofVirtual().name("sync-" + service).start(this::write);
        provisioning.current(service, current);
      }
      case Opening.Incomparable(TenantUid unknown) -> {
        LOG.warn("{} {} has the unknown tenant {}", service, instance, unknown);
        writer.write(
            SyncResponse.newBuilder()
                .setResync(Resync.newBuilder().setReason("tenant " + unknown + " is not known"))
                .build());
        close();
        writer.complete();
      }
    }
  }

  private void ack(Ack ack) {
    switch (answer(() -> session.ack(ack.getNonce()))) {
      case Answer.Applied applied when !applied.removal() ->
          provisioning.applied(new Subject(service, applied.uid(), applied.generation()));
      case Answer.Applied removed -> {
        LOG.info("{} {} has removed tenant {}", service, instance, removed.uid());
        provisioning.erased(service, removed.uid(), ack.getCountsMap());
      }
      case Answer.Refused unused -> {}
      case Answer.Working unused -> {}
      case Answer.Stale() -> {}
    }
  }

  private void nack(Nack nack) {
    if (answer(() -> session.nack(nack.getNonce())) instanceof Answer.Refused refused) {
      LOG.info(
          "{} {} cannot make generation {} of tenant {} true: {} at {}",
          service,
          instance,
          refused.generation(),
          refused.uid(),
          nack.getReason(),
          nack.getStep());
      provisioning.refused(
          new Subject(service, refused.uid(), refused.generation()),
          nack,
          refused.failures(),
          refused.nextRetry());
      if (nack.getLeastGeneration() > 0) {
        provisioning.ahead(service, Map.of(refused.uid(), nack.getLeastGeneration()));
      }
    }
  }

  private void progress(Progress progress) {
    if (answer(() -> session.progress(progress.getNonce())) instanceof Answer.Working working) {
      provisioning.working(new Subject(service, working.uid(), working.generation()), progress);
    }
  }

  private void usage(UsageReport report) {
    underLock(this::requireOpened);
    usages.report(service, report);
  }

  private Answer answer(java.util.function.Supplier<Answer> step) {
    lock.lock();
    try {
      requireOpened();
      Answer answer = step.get();
      changed.signalAll();
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private void requireOpened() {
    if (!opened) {
      throw CommonErrors.invalidField("message", "the first message must be a hello");
    }
  }

  private void write() {
    try {
      for (Optional<SyncResponse> message = await(); message.isPresent(); message = await()) {
        writer.write(message.get());
      }
      if (isDrained()) {
        writer.fail(CommonErrors.notServing("the service is stopping"));
      }
    } catch (StreamCancelledException e) {
      // The instance has gone and comes back with another stream.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** The next message, as soon as there is one; empty when the stream is to end. */
  private Optional<SyncResponse> await() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && !outgoing.isOver()) {
        Optional<SyncResponse> message = outgoing.next();
        if (message.isPresent()) {
          return message;
        }
        long wait = clock.instant().until(outgoing.wakeAt()).toMillis();
        changed.await(Math.max(wait, 1), TimeUnit.MILLISECONDS);
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private boolean isDrained() {
    lock.lock();
    try {
      return outgoing.isDraining();
    } finally {
      lock.unlock();
    }
  }

  private void close() {
    underLock(() -> closed = true);
    server.ended(this);
  }

  private void underLock(Runnable step) {
    lock.lock();
    try {
      step.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
