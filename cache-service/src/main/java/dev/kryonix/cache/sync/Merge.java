package dev.kryonix.cache.sync;

import com.google.protobuf.Value;
import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.VerdictKind;
import java.util.Map;
import java.util.Optional;

/**
 * What a mutation makes of a document. Who changes the version that is there has seen it, so the
 * change is later whatever the device's clock says; among changes that have not seen each other the
 * later clock wins.
 */
final class Merge {
  private Merge() {}

  /**
   * What came of it.
   *
   * @param kind the verdict
   * @param next the document from now on; empty when it stays as it was
   */
  record Outcome(VerdictKind kind, Optional<StoredDocument> next) {
    static Outcome applied(StoredDocument next) {
      return new Outcome(VerdictKind.VERDICT_KIND_APPLIED, Optional.of(next));
    }

    static Outcome unchanged(VerdictKind kind) {
      return new Outcome(kind, Optional.empty());
    }
  }

  /** Applies a mutation made at that clock. */
  static Outcome apply(Optional<StoredDocument> before, Mutation mutation, long madeAt) {
    if (before.isEmpty()) {
      return Outcome.applied(whole(mutation, madeAt));
    }
    StoredDocument current = before.get();
    boolean seen = mutation.getBaseVersion() == current.version();
    long clock = seen ? HybridClock.later(madeAt, current.version() + 1) : madeAt;
    return switch (mutation.getStrategy()) {
      case MERGE_STRATEGY_RETURN_BOTH ->
          seen
              ? Outcome.applied(whole(mutation, clock))
              : Outcome.unchanged(VerdictKind.VERDICT_KIND_CONFLICT);
      case MERGE_STRATEGY_FIELD_MERGE ->
          mutation.getDocument().getDeleted()
              ? lastWins(current, mutation, clock)
              : fields(current, mutation, clock, seen);
      case MERGE_STRATEGY_UNSPECIFIED, MERGE_STRATEGY_LAST_WRITER_WINS, UNRECOGNIZED ->
          lastWins(current, mutation, clock);
    };
  }

  private static Outcome lastWins(StoredDocument current, Mutation mutation, long clock) {
    return HybridClock.isLater(clock, current.version())
        ? Outcome.applied(whole(mutation, clock))
        : Outcome.unchanged(VerdictKind.VERDICT_KIND_SUPERSEDED);
  }

  private static Outcome fields(
      StoredDocument current, Mutation mutation, long clock, boolean seen) {
    boolean wasDeleted = current.document().getDeleted();
    // A field that is older than a tombstone was deleted by it.
    long whole = wasDeleted ? current.version() : current.whole();
    Document.Builder next = current.document().toBuilder().setDeleted(false);
    if (wasDeleted) {
      next.clearFields().clearFieldVersions();
    }
    int won = 0;
    for (Map.Entry<String, Value> field :
        mutation.getDocument().getFields().getFieldsMap().entrySet()) {
      long last = next.getFieldVersionsOrDefault(field.getKey(), whole);
      if (HybridClock.isLater(clock, last)) {
        next.getFieldsBuilder().putFields(field.getKey(), field.getValue());
        next.putFieldVersions(field.getKey(), clock);
        won++;
      }
    }
    if (won == 0) {
      // Who has seen what is there is later than all of it, so such a mutation sets nothing.
      return Outcome.unchanged(
          seen ? VerdictKind.VERDICT_KIND_APPLIED : VerdictKind.VERDICT_KIND_SUPERSEDED);
    }
    // Each change has a version of its own, also one of a field that is older than another's.
    next.setVersion(HybridClock.later(clock, current.version() + 1));
    VerdictKind kind = seen ? VerdictKind.VERDICT_KIND_APPLIED : VerdictKind.VERDICT_KIND_MERGED;
    return new Outcome(kind, Optional.of(new StoredDocument(next.build(), whole)));
  }

  private static StoredDocument whole(Mutation mutation, long clock) {
    Document given = mutation.getDocument();
    Document.Builder document =
        Document.newBuilder().setId(given.getId()).setDeleted(given.getDeleted()).setVersion(clock);
    if (!given.getDeleted()) {
      document.setFields(given.getFields());
    }
    return new StoredDocument(document.build(), clock);
  }
}
