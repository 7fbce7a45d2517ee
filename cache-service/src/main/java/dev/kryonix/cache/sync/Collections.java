package dev.kryonix.cache.sync;

import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.SyncServicePushResponse;
import dev.kryonix.api.cache.v1.Verdict;
import dev.kryonix.api.cache.v1.VerdictKind;
import dev.kryonix.cache.entry.Change;
import dev.kryonix.cache.entry.Content;
import dev.kryonix.cache.entry.EntryKey;
import dev.kryonix.cache.entry.Held;
import dev.kryonix.cache.entry.Spaces;
import dev.kryonix.cache.entry.Together;
import dev.kryonix.cache.entry.WriteRule;
import dev.kryonix.kit.state.TenantView;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Collections of documents. A push changes log, documents and what is remembered of the device in
 * one step, under the log's version: pushes to one collection come one after the other, and a
 * mutation's effect and the memory of it are never apart.
 */
@Singleton
final class Collections {
  /** How long tombstones are kept, and what is remembered of a device after its last push. */
  static final Duration TOMBSTONES_KEPT = Duration.ofDays(30);

  /** As good as for ever: what the ledger's scores have room for. */
  static final Duration KEPT = Duration.ofDays(3650);

  /** The most that a document's fields may have. */
  static final int MOST_DOCUMENT_BYTES = 64 * 1024;

  private static final int DEFAULT_PAGE = 200;
  private static final int READ_AT_ONCE = 100;

  /** Below what a client takes in one message unless told otherwise, 4 MiB. */
  private static final int MOST_ANSWER_BYTES = 3 * 1024 * 1024;

  private final Together together;
  private final Spaces spaces;
  private final InstantSource clock;
  private final Bells bells;
  private final SecureRandom random = new SecureRandom();

  Collections(Together together, Spaces spaces, InstantSource clock, Bells bells) {
    this.together = together;
    this.spaces = spaces;
    this.clock = clock;
    this.bells = bells;
  }

  /**
   * Changes after a checkpoint.
   *
   * @param documents the changed documents, in order
   * @param checkpoint where the device is after them; empty for a collection that there is not
   * @param more whether there are more
   * @param reset whether the device must drop what it has first
   */
  record Delta(List<Document> documents, String checkpoint, boolean more, boolean reset) {}

  /** Brings a device's mutations, in order. */
  SyncServicePushResponse push(
      TenantView tenant, CollectionName name, String device, List<Mutation> mutations) {
    SyncServicePushResponse response =
        together.until(() -> attempt(tenant, name, device, mutations));
    bells.ring(bell(tenant, name));
    return response;
  }

  private Optional<SyncServicePushResponse> attempt(
      TenantView tenant, CollectionName name, String device, List<Mutation> mutations) {
    int bucket = bucket(tenant, name);
    Instant now = clock.instant();
    Set<String> ids = new LinkedHashSet<>();
    mutations.forEach(each -> ids.add(each.getDocument().getId()));
    List<EntryKey> addresses = new ArrayList<>(List.of(name.log(), name.device(device)));
    ids.forEach(id -> addresses.add(name.document(id)));
    List<Optional<Held>> held = together.read(tenant, bucket, addresses);
    CollectionLog log =
        held.get(0)
            .map(each -> CollectionLog.parse(each.content().value()))
            .orElseGet(() -> new CollectionLog(random.nextLong()));
    DeviceMemory memory =
        held.get(1)
            .map(each -> DeviceMemory.parse(each.content().value()))
            .orElseGet(DeviceMemory::new);
    Map<String, StoredDocument> documents = new LinkedHashMap<>();
    int next = 2;
    for (String id : ids) {
      held.get(next++)
          .ifPresent(each -> documents.put(id, StoredDocument.parse(each.content().value())));
    }

    long before = log.sequence();
    List<String> dropped = log.collect(now);
    dropped.forEach(documents::remove);
    Push push = new Push(log, memory, documents, now);
    mutations.forEach(push::judge);

    List<Change> changes = new ArrayList<>();
    String run = "";
    // With every verdict, also where nothing was applied: it is of the log as it was read.
    if (push.judgedAnew || !dropped.isEmpty()) {
      // Asked for after the log was read: in that run the version that was read is still there.
      run = together.run(tenant, bucket);
      log.runs().begin(run, before, random.nextLong());
      changes.add(put(name.log(), log.bytes(), KEPT, rule(held.get(0))));
    }
    if (push.judgedAnew) {
      changes.add(put(name.device(device), memory.bytes(), TOMBSTONES_KEPT, rule(held.get(1))));
    }
    for (String id : push.changed) {
      StoredDocument document = Objects.requireNonNull(documents.get(id));
      Duration kept = document.document().getDeleted() ? TOMBSTONES_KEPT : KEPT;
      changes.add(put(name.document(id), document.bytes(), kept, new WriteRule.Always()));
    }
    for (String id : dropped) {
      if (!push.changed.contains(id)) {
        changes.add(new Change.Remove(name.document(id), new WriteRule.Always()));
      }
    }
    if (!changes.isEmpty() && !together.change(tenant, bucket, run, changes)) {
      return Optional.empty();
    }
    boolean exists = held.get(0).isPresent() || !changes.isEmpty();
    return Optional.of(
        SyncServicePushResponse.newBuilder()
            .addAllVerdicts(push.verdicts)
            .setCheckpoint(exists ? checkpoint(log, log.sequence(), log.horizon(now)) : "")
            .build());
  }

  /** The verdicts on the mutations of one push. */
  private static final class Push {
    private final CollectionLog log;
    private final DeviceMemory memory;
    private final Map<String, StoredDocument> documents;
    private final Instant now;
    private final List<Verdict> verdicts = new ArrayList<>();
    private final Set<String> changed = new LinkedHashSet<>();
    private boolean judgedAnew;
    private int answerBytes;

    Push(
        CollectionLog log,
        DeviceMemory memory,
        Map<String, StoredDocument> documents,
        Instant now) {
      this.log = log;
      this.memory = memory;
      this.documents = documents;
      this.now = now;
    }

    void judge(Mutation mutation) {
      Optional<VerdictKind> before = memory.verdict(mutation.getId());
      if (before.isPresent()) {
        answer(mutation, before.get(), "");
        return;
      }
      Document given = mutation.getDocument();
      Optional<String> fault = fault(mutation);
      if (fault.isPresent()) {
        answer(mutation, VerdictKind.VERDICT_KIND_REJECTED, fault.get());
        return;
      }
      long madeAt = HybridClock.accepted(mutation.getClock(), now, log.clock());
      Optional<StoredDocument> current = Optional.ofNullable(documents.get(given.getId()));
      Merge.Outcome outcome = Merge.apply(current, mutation, madeAt);
      if (outcome.next().isPresent()) {
        StoredDocument next = outcome.next().get();
        if (next.document().getFields().getSerializedSize() > MOST_DOCUMENT_BYTES) {
          answer(mutation, VerdictKind.VERDICT_KIND_REJECTED, tooLarge());
          return;
        }
        long keptUntil =
            next.document().getDeleted() ? now.plus(TOMBSTONES_KEPT).toEpochMilli() : 0;
        documents.put(given.getId(), next);
        log.changed(given.getId(), keptUntil, next.version());
        changed.add(given.getId());
      }
      memory.remember(mutation.getId(), outcome.kind(), madeAt);
      judgedAnew = true;
      answer(mutation, outcome.kind(), "");
    }

    private Optional<String> fault(Mutation mutation) {
      Document given = mutation.getDocument();
      if (memory.isTooOld(mutation)) {
        return Optional.of("older than the last " + DeviceMemory.MOST + " mutations of the device");
      }
      if (given.getDeleted() && given.getFields().getFieldsCount() > 0) {
        return Optional.of("a tombstone has no fields");
      }
      if (given.getFields().getSerializedSize() > MOST_DOCUMENT_BYTES) {
        return Optional.of(tooLarge());
      }
      if (!log.hasRoomFor(given.getId())) {
        return Optional.of(
            "the collection is full: "
                + CollectionLog.MOST_DOCUMENTS
                + " documents, or "
                + CollectionLog.MOST_ID_BYTES
                + " bytes of ids");
      }
      return Optional.empty();
    }

    private static String tooLarge() {
      return "the document's fields have more than " + MOST_DOCUMENT_BYTES + " bytes";
    }

    private void answer(Mutation mutation, VerdictKind kind, String reason) {
      Verdict.Builder verdict =
          Verdict.newBuilder().setMutationId(mutation.getId()).setKind(kind).setReason(reason);
      StoredDocument current = documents.get(mutation.getDocument().getId());
      if (current != null) {
        answerBytes += current.document().getSerializedSize();
        // What does not fit comes with the next Pull.
        verdict.setCurrent(
            answerBytes <= MOST_ANSWER_BYTES
                ? current.document()
                : Document.newBuilder()
                    .setId(current.document().getId())
                    .setVersion(current.version())
                    .build());
      }
      verdicts.add(verdict.build());
    }
  }

  /** The changes after a checkpoint. */
  Delta pull(TenantView tenant, CollectionName name, String checkpoint, int pageSize) {
    int bucket = bucket(tenant, name);
    Optional<Checkpoint> at = Checkpoint.parse(checkpoint);
    Instant now = clock.instant();
    Optional<CollectionLog> found =
        together
            .read(tenant, bucket, name.log())
            .map(each -> CollectionLog.parse(each.content().value()));
    if (found.isEmpty()) {
      return new Delta(List.of(), "", false, at.isPresent());
    }
    CollectionLog log = found.get();
    long horizon = log.horizon(now);
    boolean reset =
        at.filter(
                each ->
                    each.epoch() != log.epoch()
                        || each.sequence() > log.sequence()
                        || !log.runs().follows(each.run(), each.sequence())
                        || horizon > Math.max(each.sequence(), each.base()))
            .isPresent();
    boolean anew = at.isEmpty() || reset;
    long last = anew ? 0 : at.get().sequence();
    long base = anew ? horizon : at.get().base();
    int most = pageSize == 0 ? DEFAULT_PAGE : pageSize;
    List<CollectionLog.Changed> changed = log.after(last, most + 1, now);
    List<Document> documents = new ArrayList<>();
    int taken = 0;
    int bytes = 0;
    while (taken < Math.min(most, changed.size()) && bytes <= MOST_ANSWER_BYTES) {
      List<CollectionLog.Changed> some =
          changed.subList(taken, Math.min(Math.min(most, changed.size()), taken + READ_AT_ONCE));
      List<Optional<Held>> held =
          together.read(
              tenant, bucket, some.stream().map(each -> name.document(each.id())).toList());
      for (int i = 0; i < some.size() && bytes <= MOST_ANSWER_BYTES; i++) {
        Optional<Document> document =
            held.get(i).map(each -> StoredDocument.parse(each.content().value()).document());
        bytes += document.map(Document::getSerializedSize).orElse(0);
        if (taken == 0 || bytes <= MOST_ANSWER_BYTES) {
          document.ifPresent(documents::add);
          taken++;
        }
      }
    }
    boolean more = taken < changed.size();
    long reached = more ? changed.get(taken - 1).sequence() : log.sequence();
    return new Delta(documents, checkpoint(log, reached, base), more, reset);
  }

  /** Changes whenever the collection does. */
  long version(TenantView tenant, CollectionName name) {
    return together.version(tenant, bucket(tenant, name), name.log());
  }

  /** What rings when this process has changed the collection. */
  static String bell(TenantView tenant, CollectionName name) {
    return tenant.uid() + "/" + CollectionName.text(name.place());
  }

  private static String checkpoint(CollectionLog log, long sequence, long base) {
    return new Checkpoint(log.epoch(), sequence, base, log.runs().last()).text();
  }

  private int bucket(TenantView tenant, CollectionName name) {
    return spaces.of(tenant).number(name.place());
  }

  private static WriteRule rule(Optional<Held> held) {
    return held.map(Held::unchanged).orElseGet(WriteRule.IfAbsent::new);
  }

  private Change put(EntryKey address, byte[] value, Duration ttl, WriteRule rule) {
    Content content = new Content(value, "", false, random.nextLong(), clock.instant());
    return new Change.Put(address, content, ttl, rule, false);
  }
}
