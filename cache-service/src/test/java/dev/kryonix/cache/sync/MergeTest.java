package dev.kryonix.cache.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.cache.v1.Document;
import dev.kryonix.api.cache.v1.MergeStrategy;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.VerdictKind;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a mutation makes of a document. */
class MergeTest {
  private static final StoredDocument THERE =
      new StoredDocument(Document.newBuilder().setId("d").setVersion(7).build(), 7);

  @Test
  void aMutationThatSetsNothingIsSupersededOnlyByWhatItHasNotSeen() {
    assertThat(merged(7)).isEqualTo(VerdictKind.VERDICT_KIND_APPLIED);
    assertThat(merged(6)).isEqualTo(VerdictKind.VERDICT_KIND_SUPERSEDED);
  }

  private static VerdictKind merged(long baseVersion) {
    Mutation nothing =
        Mutation.newBuilder()
            .setStrategy(MergeStrategy.MERGE_STRATEGY_FIELD_MERGE)
            .setBaseVersion(baseVersion)
            .setDocument(Document.newBuilder().setId("d"))
            .build();
    Merge.Outcome outcome = Merge.apply(Optional.of(THERE), nothing, 9);

    assertThat(outcome.next()).isEmpty();
    return outcome.kind();
  }
}
