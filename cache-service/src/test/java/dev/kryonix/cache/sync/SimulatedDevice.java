package dev.kryonix.cache.sync;

import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.MergeStrategy;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.Verdict;
import dev.kryonix.api.cache.v1.VerdictKind;
import dev.kryonix.kit.state.TenantView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A device that changes documents while it is offline, brings the changes when it is back, and
 * often does not hear the answer: then it brings them again, and sometimes others before them.
 */
final class SimulatedDevice {
  private static final MergeStrategy[] STRATEGIES = {
    MergeStrategy.MERGE_STRATEGY_LAST_WRITER_WINS,
    MergeStrategy.MERGE_STRATEGY_FIELD_MERGE,
    MergeStrategy.MERGE_STRATEGY_RETURN_BOTH
  };

  private final String name;
  private final Random random;
  private final Map<String, Document> documents = new HashMap<>();
  private final List<Mutation> waiting = new ArrayList<>();
  private final Map<String, VerdictKind> verdicts = new HashMap<>();
  private final List<String> changed = new ArrayList<>();
  private final List<Mutation> brought = new ArrayList<>();
  private String checkpoint = "";
  private int made;

  SimulatedDevice(String name, Random random) {
    this.name = name;
    this.random = random;
  }

  Map<String, Document> documents() {
    return documents;
  }

  /** Mutations that were answered in another way when they came again. */
  List<String> verdictsThatChanged() {
    return changed;
  }

  void step(Collections collections, TenantView tenant, CollectionName collection) {
    switch (random.nextInt(5)) {
      case 0, 1 -> waiting.add(mutation());
      case 2 -> pull(collections, tenant, collection);
      case 3 -> push(collections, tenant, collection, random.nextInt(3) > 0);
      default -> replay(collections, tenant, collection);
    }
  }

  /** Brings and gets all that there is. */
  void finish(Collections collections, TenantView tenant, CollectionName collection) {
    push(collections, tenant, collection, true);
    boolean more = true;
    while (more) {
      more = pull(collections, tenant, collection);
    }
  }

  private Mutation mutation() {
    String id = "d" + random.nextInt(6);
    Document known = documents.get(id);
    // The clocks of devices differ by seconds.
    long clock = (Instant.now().toEpochMilli() + random.nextInt(4000) - 2000) << 16;
    Mutation mutation =
        random.nextInt(6) == 0
            ? SyncSuite.tombstone(name + made++, id)
            : SyncSuite.write(
                name + made++, id, clock, "f" + random.nextInt(3), "v" + random.nextInt());
    return mutation.toBuilder()
        .setClock(clock)
        .setBaseVersion(known == null ? 0 : known.getVersion())
        .setStrategy(STRATEGIES[random.nextInt(STRATEGIES.length)])
        .build();
  }

  private void push(
      Collections collections, TenantView tenant, CollectionName collection, boolean heard) {
    if (waiting.isEmpty()) {
      return;
    }
    List<Mutation> sent = List.copyOf(waiting);
    List<Verdict> answers = collections.push(tenant, collection, name, sent).getVerdictsList();
    brought.addAll(sent);
    note(answers);
    if (heard) {
      waiting.clear();
    }
  }

  /** A request that was on its way for long comes after later ones. */
  private void replay(Collections collections, TenantView tenant, CollectionName collection) {
    if (!brought.isEmpty()) {
      int from = random.nextInt(brought.size());
      List<Mutation> late =
          new ArrayList<>(brought.subList(from, Math.min(brought.size(), from + 5)));
      java.util.Collections.shuffle(late, random);
      note(collections.push(tenant, collection, name, late).getVerdictsList());
    }
  }

  private void note(List<Verdict> answers) {
    for (Verdict each : answers) {
      VerdictKind before = verdicts.put(each.getMutationId(), each.getKind());
      if (before != null && before != each.getKind()) {
        changed.add(each.getMutationId());
      }
    }
  }

  private boolean pull(Collections collections, TenantView tenant, CollectionName collection) {
    Collections.Delta delta =
        collections.pull(tenant, collection, checkpoint, 1 + random.nextInt(4));
    if (random.nextInt(5) == 0) {
      // Lost on the way.
      return true;
    }
    if (delta.reset()) {
      documents.clear();
    }
    for (Document each : delta.documents()) {
      if (each.getDeleted()) {
        documents.remove(each.getId());
      } else {
        documents.put(each.getId(), each);
      }
    }
    checkpoint = delta.checkpoint();
    return delta.more();
  }
}
