package dev.kryonix.tenant.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.tenant.v1.DesiredTenant;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.api.tenant.v1.SyncResponse.MessageCase;
import dev.kryonix.kit.identity.TenantId;
import dev.kryonix.kit.identity.TenantUid;
import dev.kryonix.tenant.state.SyncSession.Answer;
import dev.kryonix.tenant.state.SyncSession.Opening;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SyncSessionTest {
  private static final TenantUid A = new TenantUid(new UUID(0, 1));
  private static final TenantUid B = new TenantUid(new UUID(0, 2));

  private final World world = new World();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private SyncSession session = newSession();

  @Test
  void aServiceThatHasNothingGetsEveryTenantAndThenTheEndOfTheOpening() {
    world.put(A, 3);
    world.put(B, 1);
    session.open(Map.of());

    List<SyncResponse> sent = drain();

    assertThat(sent)
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.UPDATE, MessageCase.UPDATE, MessageCase.SYNC_COMPLETE);
    assertThat(sent.getLast().getSyncComplete().getTenants()).isEqualTo(2);
  }

  @Test
  void reconnectSendsTheDifferenceOnly() {
    for (int i = 1; i <= 1000; i++) {
      world.put(new TenantUid(new UUID(1, i)), 5);
    }
    Map<TenantUid, Long> known = new LinkedHashMap<>();
    world.all().forEach(entry -> known.put(entry.uid(), 5L));
    TenantUid changed = new TenantUid(new UUID(1, 77));
    world.put(changed, 6);

    Opening opening = session.open(known);

    assertThat(opening)
        .isInstanceOfSatisfying(
            Opening.Difference.class,
            difference -> assertThat(difference.current()).hasSize(999).doesNotContainKey(changed));
    List<SyncResponse> sent = drain();
    assertThat(sent).hasSize(2);
    assertThat(sent.getFirst().getUpdate().getTenant().getUid()).isEqualTo(changed.toBytes());
  }

  @Test
  void anAckLostWithItsStreamIsMadeGoodByWhatTheNextHelloSays() {
    world.put(A, 1);
    session.open(Map.of());
    drain();

    session = newSession();
    Opening opening = session.open(Map.of(A, 1L));

    assertThat(opening).isEqualTo(new Opening.Difference(Map.of(A, 1L), Map.of()));
    assertThat(drain())
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.SYNC_COMPLETE);
  }

  @Test
  void anUpdateLostWithItsStreamIsSentAgain() {
    world.put(A, 1);
    session.open(Map.of());
    drain();

    session = newSession();
    session.open(Map.of());

    assertThat(drain().getFirst().getUpdate().getTenant().getGeneration()).isEqualTo(1);
  }

  @Test
  void whatChangesWhileInFlightIsSentOnceAfterTheAnswer() {
    world.put(A, 1);
    session.open(Map.of());
    String nonce = drain().getFirst().getUpdate().getNonce();
    for (int generation = 2; generation <= 10; generation++) {
      change(A, generation);
    }
    assertThat(drain())
        .as("one in flight at most, and how closed it is")
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.RESTRICTION);

    assertThat(session.ack(nonce))
        .isEqualTo(new Answer.Applied(A, new TenantId("tenant_1"), 1, false));

    List<SyncResponse> sent = drain();
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().getUpdate().getTenant().getGeneration()).isEqualTo(10);
  }

  @Test
  void aRefusalIsRetriedAfterABackoffThatGrows() {
    world.put(A, 1);
    session.open(Map.of());
    String nonce = drain().getFirst().getUpdate().getNonce();
    Duration last = Duration.ZERO;
    for (int failures = 1; failures <= 12; failures++) {
      Answer.Refused refused = (Answer.Refused) session.nack(nonce);
      assertThat(refused.failures()).isEqualTo(failures);
      last = Duration.between(now, refused.nextRetry());
      assertThat(last).isBetween(Duration.ofMillis(250), Duration.ofSeconds(15));
      now = refused.nextRetry().minusMillis(1);
      assertThat(drain()).isEmpty();
      assertThat(session.nextRetry()).contains(refused.nextRetry());
      now = refused.nextRetry();
      nonce = drain().getFirst().getUpdate().getNonce();
    }
    assertThat(last).isGreaterThan(Duration.ofSeconds(7));
  }

  @Test
  void aNewerGenerationDoesNotWaitForTheRetryOfTheOneThatFailed() {
    world.put(A, 1);
    session.open(Map.of());
    session.nack(drain().getFirst().getUpdate().getNonce());

    change(A, 2);

    assertThat(drain().getFirst().getUpdate().getTenant().getGeneration()).isEqualTo(2);
    assertThat(session.nextRetry()).isEmpty();
  }

  @Test
  void aGenerationThatCameWhileTheRefusedOneWasInFlightIsSentAtOnce() {
    world.put(A, 1);
    session.open(Map.of());
    String nonce = drain().getFirst().getUpdate().getNonce();
    change(A, 2);

    session.nack(nonce);

    assertThat(drain().getFirst().getUpdate().getTenant().getGeneration()).isEqualTo(2);
  }

  @Test
  void aTenantThatIsRefusedBlocksNoOther() {
    world.put(A, 1);
    session.open(Map.of());
    session.nack(drain().getFirst().getUpdate().getNonce());

    change(B, 1);

    assertThat(drain().getFirst().getUpdate().getTenant().getUid()).isEqualTo(B.toBytes());
  }

  @Test
  void anAnswerToAnotherStreamsNonceOrASecondAnswerMeansNothing() {
    world.put(A, 1);
    session.open(Map.of());
    String nonce = drain().getFirst().getUpdate().getNonce();

    assertThat(session.ack("no-such-nonce")).isEqualTo(new Answer.Stale());
    assertThat(session.progress(nonce)).isEqualTo(new Answer.Working(A, 1));
    session.ack(nonce);
    assertThat(session.ack(nonce)).isEqualTo(new Answer.Stale());
    assertThat(session.nack(nonce)).isEqualTo(new Answer.Stale());
    assertThat(session.progress(nonce)).isEqualTo(new Answer.Stale());
    assertThat(drain()).isEmpty();
  }

  @Test
  void aPurgedTenantIsRemovedWhereItIsKnownEvenIfOnlyBegun() {
    world.remove(A, 9);
    world.remove(B, 9);
    session.open(Map.of(A, 0L));

    List<SyncResponse> sent = drain();

    assertThat(sent.getFirst().getRemoval().getTenantUid()).isEqualTo(A.toBytes());
    assertThat(sent.getFirst().getRemoval().getGeneration()).isEqualTo(9);
    assertThat(sent).as("and not where it isn't known").hasSize(2);
    assertThat(session.ack(sent.getFirst().getRemoval().getNonce()))
        .isEqualTo(new Answer.Applied(A, new TenantId("tenant_1"), 9, true));
  }

  @Test
  void aTenantThatNobodyKnowsAnyMoreLeadsToAResync() {
    assertThat(session.open(Map.of(A, 4L))).isEqualTo(new Opening.Incomparable(A));
  }

  @Test
  void aStoreThatIsAwayLosesNothing() {
    world.put(A, 1);
    session.open(Map.of());
    world.away = true;
    assertThatThrownBy(() -> session.next()).isInstanceOf(IllegalStateException.class);

    world.away = false;

    assertThat(drain())
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.UPDATE, MessageCase.SYNC_COMPLETE);
  }

  private SyncSession newSession() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(15), new Random(7));
    return new SyncSession("messaging", world, backoff, () -> now);
  }

  private void change(TenantUid uid, long generation) {
    world.put(uid, generation);
    session.changed(uid);
  }

  @Test
  void aGenerationThatWasNeverGivenOutIsToldAsAhead() {
    world.put(A, 3);
    world.put(B, 3);

    Opening opening = session.open(Map.of(A, 5L, B, 3L));

    assertThat(opening).isEqualTo(new Opening.Difference(Map.of(B, 3L), Map.of(A, 5L)));
  }

  @Test
  void whatChangesAfterItWasReadAheadIsSentAsItIsThen() {
    world.put(A, 1);
    world.put(B, 1);
    session.open(Map.of());
    session.next();

    world.put(B, 2);
    session.changed(B);

    assertThat(drain())
        .filteredOn(SyncResponse::hasUpdate)
        .extracting(message -> message.getUpdate().getTenant().getGeneration())
        .containsExactly(2L);
  }

  @Test
  void howClosedATenantIsOvertakesItsUpdateInFlightAndOnlyOnce() {
    world.put(A, 1);
    session.open(Map.of());
    drain();

    world.put(A, 2);
    session.changed(A);
    session.changed(A);

    assertThat(drain())
        .singleElement()
        .satisfies(
            message -> {
              assertThat(message.getRestriction().getGeneration()).isEqualTo(2);
              assertThat(TenantUid.fromBytes(message.getRestriction().getTenantUid())).isEqualTo(A);
            });
    session.ack("1");
    assertThat(drain())
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.UPDATE);
  }

  @Test
  void aServiceThatHasNotErasedATenantIsAskedThoughItNeverNamedIt() {
    world.entries.put(A, new Desired.Entry(A, World.id(A), 4, true, Set.of("messaging")));
    world.entries.put(B, new Desired.Entry(B, World.id(B), 4, true, Set.of("cache")));
    session.open(Map.of());

    List<SyncResponse> sent = drain();

    assertThat(sent)
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.REMOVAL, MessageCase.SYNC_COMPLETE);
    assertThat(TenantUid.fromBytes(sent.getFirst().getRemoval().getTenantUid())).isEqualTo(A);
  }

  @Test
  void aPurgeThatBeginsReachesAServiceThatDoesNotHaveTheTenant() {
    session.open(Map.of());
    drain();

    world.entries.put(A, new Desired.Entry(A, World.id(A), 4, true, Set.of("messaging")));
    session.changed(A);

    assertThat(drain())
        .extracting(SyncResponse::getMessageCase)
        .containsExactly(MessageCase.REMOVAL);
  }

  private List<SyncResponse> drain() {
    List<SyncResponse> sent = new ArrayList<>();
    for (Optional<SyncResponse> next = session.next(); next.isPresent(); next = session.next()) {
      sent.add(next.get());
    }
    return sent;
  }

  /** Desired state as a test wants it. */
  private static final class World implements Desired {
    private final Map<TenantUid, Entry> entries = new LinkedHashMap<>();
    private boolean away;

    void put(TenantUid uid, long generation) {
      entries.put(uid, new Entry(uid, id(uid), generation, false, Set.of()));
    }

    void remove(TenantUid uid, long generation) {
      entries.put(uid, new Entry(uid, id(uid), generation, true, Set.of()));
    }

    @Override
    public Collection<Entry> all() {
      return entries.values();
    }

    @Override
    public Optional<Entry> find(TenantUid uid) {
      return Optional.ofNullable(entries.get(uid));
    }

    @Override
    public Map<TenantUid, DesiredTenant> load(Collection<TenantUid> uids) {
      if (away) {
        throw new IllegalStateException("the store is away");
      }
      Map<TenantUid, DesiredTenant> loaded = new LinkedHashMap<>();
      for (TenantUid uid : uids) {
        find(uid)
            .filter(entry -> !entry.removed())
            .ifPresent(
                entry ->
                    loaded.put(
                        uid,
                        DesiredTenant.newBuilder()
                            .setUid(uid.toBytes())
                            .setId(entry.id().value())
                            .setGeneration(entry.generation())
                            .build()));
      }
      return loaded;
    }

    private static TenantId id(TenantUid uid) {
      return new TenantId("tenant_" + uid.value().getLeastSignificantBits());
    }
  }
}
