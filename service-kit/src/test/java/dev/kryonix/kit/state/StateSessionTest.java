package dev.kryonix.kit.state;

import static dev.kryonix.kit.state.Sample.ACME;
import static dev.kryonix.kit.state.Sample.FIRST;
import static dev.kryonix.kit.state.Sample.GLOBEX;
import static dev.kryonix.kit.state.Sample.SECOND;
import static dev.kryonix.kit.state.Sample.complete;
import static dev.kryonix.kit.state.Sample.removal;
import static dev.kryonix.kit.state.Sample.tenant;
import static dev.kryonix.kit.state.Sample.uid;
import static dev.kryonix.kit.state.Sample.update;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kryonix.api.tenant.v1.Drain;
import dev.kryonix.api.tenant.v1.Hello;
import dev.kryonix.api.tenant.v1.Resync;
import dev.kryonix.api.tenant.v1.SealedSecret;
import dev.kryonix.api.tenant.v1.ServingState;
import dev.kryonix.api.tenant.v1.StepState;
import dev.kryonix.api.tenant.v1.SyncRequest;
import dev.kryonix.api.tenant.v1.SyncResponse;
import dev.kryonix.kit.identity.TenantId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class StateSessionTest {
  private static final SyncResponse DRAIN =
      SyncResponse.newBuilder().setDrain(Drain.getDefaultInstance()).build();
  private static final SyncResponse RESYNC =
      SyncResponse.newBuilder().setResync(Resync.getDefaultInstance()).build();
  private static final Failure BROKER_AWAY =
      new Failure("vhost", "BrokerUnavailable", "connection refused");

  private final ScriptedWorld world = new ScriptedWorld();
  private final TenantDirectory directory = new TenantDirectory(InstantSource.fixed(Instant.EPOCH));
  private final StateSession session =
      new StateSession(
          new StateSession.Identity("cache", "i1", 2), directory, world, new Random(1));

  @BeforeEach
  void begin() {
    session.begin();
  }

  @Test
  void opensWithAHelloThatSaysItHasNothing() {
    assertThat(hellos(world.last()))
        .containsExactly(
            Hello.newBuilder().setService("cache").setInstance("i1").setComplete(true).build());
  }

  @Test
  void aTenantIsSeenOnlyAfterItHasBeenMadeTrue() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    assertThat(directory.find(ACME)).isEmpty();
    assertThat(world.last().answers()).isEmpty();

    succeed();

    assertThat(directory.find(ACME, FIRST)).isPresent();
    assertThat(world.last().answers()).containsExactly("ack n1");
  }

  @Test
  void aNackKeepsTheLastGoodState() {
    provision(ACME);
    receive(update("n2", tenant(ACME, FIRST, 2).setPlan("enterprise")));

    fail(BROKER_AWAY);

    assertThat(view(ACME).plan()).isEqualTo("pro");
    assertThat(view(ACME).generation()).isEqualTo(1);
    assertThat(world.last().answers()).containsExactly("ack n1", "nack n2 BrokerUnavailable");
  }

  @Test
  void theSameGenerationIsTriedAgainAfterANack() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    fail(BROKER_AWAY);

    receive(update("n2", tenant(ACME, FIRST, 1)));
    succeed();

    assertThat(world.last().answers()).containsExactly("nack n1 BrokerUnavailable", "ack n2");
    assertThat(directory.find(ACME)).isPresent();
  }

  @Test
  void aDuplicateOfWhatHasBeenAppliedIsMadeTrueAgain() {
    provision(ACME);

    receive(update("n2", tenant(ACME, FIRST, 1)));
    succeed();

    assertThat(world.last().answers()).containsExactly("ack n1", "ack n2");
  }

  @Test
  void anOlderGenerationIsRefusedAndNothingGoesBack() {
    receive(update("n1", tenant(ACME, FIRST, 5)));
    succeed();

    receive(update("n2", tenant(ACME, FIRST, 4).setPlan("basic")));

    assertThat(world.jobs).isEmpty();
    assertThat(view(ACME).generation()).isEqualTo(5);
    assertThat(world.last().answers()).containsExactly("ack n1", "nack n2 GenerationStale");
  }

  @Test
  void ofTheUpdatesThatWaitBehindARunningOneOnlyTheNewestRuns() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    receive(update("n2", tenant(ACME, FIRST, 2)));
    receive(update("n3", tenant(ACME, FIRST, 3)));
    assertThat(world.jobs).hasSize(1);

    succeed();
    assertThat(world.jobs).hasSize(1);
    succeed();

    assertThat(world.jobs).isEmpty();
    assertThat(view(ACME).generation()).isEqualTo(3);
    // Whoever waits for the one that was passed over is answered with the newest.
    assertThat(world.last().answers()).containsExactly("ack n1", "ack n3", "ack n2");
  }

  @Test
  void onlySoManyRunAtOnceAndTheRestFollowInOrder() {
    for (int i = 1; i <= 5; i++) {
      receive(update("n" + i, tenant(new TenantId("tenant" + i), uid(i), 1)));
    }
    assertThat(world.jobs).hasSize(2);

    for (int i = 1; i <= 5; i++) {
      succeed();
    }

    assertThat(world.last().answers())
        .containsExactly("ack n1", "ack n2", "ack n3", "ack n4", "ack n5");
  }

  @Test
  void aTenantThatFailsBlocksNoOther() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    receive(update("n2", tenant(GLOBEX, SECOND, 1)));

    fail(BROKER_AWAY);
    succeed();

    assertThat(world.last().answers()).containsExactly("nack n1 BrokerUnavailable", "ack n2");
  }

  @Test
  void aSuspensionShowsBeforeTheReconcilerRuns() {
    provision(ACME);

    receive(suspended("n2", 2));

    assertThat(world.jobs).hasSize(1);
    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
    assertThat(view(ACME).generation()).isEqualTo(1);
  }

  @Test
  void aSuspensionHoldsThoughItCouldNotBeMadeTrue() {
    provision(ACME);
    receive(suspended("n2", 2));

    fail(BROKER_AWAY);

    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
  }

  @Test
  void anOlderUpdateThatEndsLaterDoesNotOpenASuspendedTenant() {
    provision(ACME);
    receive(update("n2", tenant(ACME, FIRST, 2)));
    receive(suspended("n3", 3));

    succeed();

    assertThat(view(ACME).generation()).isEqualTo(2);
    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
  }

  @Test
  void aSuspensionThatWaitsBehindTheFirstUpdateIsNeverPassedOver() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    receive(suspended("n2", 2));

    succeed();

    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
  }

  @Test
  void aTenantThatIsResumedIsServedOnceThatIsTrue() {
    provision(ACME);
    receive(suspended("n2", 2));
    succeed();
    receive(update("n3", tenant(ACME, FIRST, 3)));
    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);

    succeed();

    assertThat(view(ACME).serving()).isEqualTo(Serving.SERVING);
  }

  @Test
  void aRevocationShowsBeforeTheReconcilerRuns() {
    provision(ACME);

    receive(update("n2", tenant(ACME, FIRST, 2).addRevoked("token-1")));

    assertThat(view(ACME).revoked()).containsExactly("token-1");
  }

  @Test
  void aNewKeyIsKnownForReadingBeforeItIsUsedAndThoughItsUpdateFails() {
    SealedSecret old = SealedSecret.newBuilder().setPurpose("tenant-key").setId("a").build();
    SealedSecret fresh = old.toBuilder().setId("b").build();
    receive(update("n1", tenant(ACME, FIRST, 1).addSecrets(old)));
    succeed();

    receive(update("n2", tenant(ACME, FIRST, 2).addSecrets(fresh).addSecrets(old)));
    assertThat(view(ACME).secrets()).containsExactly(old, fresh);
    fail(BROKER_AWAY);
    assertThat(view(ACME).secrets()).containsExactly(old, fresh);

    receive(update("n3", tenant(ACME, FIRST, 2).addSecrets(fresh).addSecrets(old)));
    succeed();
    assertThat(view(ACME).secret("tenant-key")).contains(fresh);
  }

  @Test
  void aStateOfALaterContractIsNotServed() {
    receive(update("n1", tenant(ACME, FIRST, 1).setServingValue(99)));
    succeed();

    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
  }

  @Test
  void aRemovedTenantIsRefusedAtOnceAndGoneAfterwards() {
    provision(ACME);
    receive(removal("n2", ACME, FIRST, 2));
    assertThat(view(ACME).serving()).isEqualTo(Serving.DELETED);

    succeed();

    assertThat(directory.find(ACME)).isEmpty();
    assertThat(world.last().answers()).containsExactly("ack n1", "ack n2");
  }

  @Test
  void aRemovalThatFailsLeavesTheTenantRefused() {
    provision(ACME);
    receive(removal("n2", ACME, FIRST, 2));

    fail(BROKER_AWAY);

    assertThat(view(ACME).serving()).isEqualTo(Serving.DELETED);
    assertThat(world.last().answers()).contains("nack n2 BrokerUnavailable");
  }

  @Test
  void aLateUpdateRevivesNoRemovedTenant() {
    provision(ACME);
    receive(removal("n2", ACME, FIRST, 2));
    succeed();

    receive(update("n3", tenant(ACME, FIRST, 2)));

    assertThat(world.jobs).isEmpty();
    assertThat(world.last().answers()).contains("nack n3 GenerationStale");
  }

  @Test
  void aRestoredControlPlaneBringsARemovedTenantBackUnderALaterGeneration() {
    provision(ACME);
    receive(removal("n2", ACME, FIRST, 2));
    succeed();

    receive(update("n3", tenant(ACME, FIRST, 9)));
    succeed();

    assertThat(view(ACME).generation()).isEqualTo(9);
    receive(removal("n4", ACME, FIRST, 10));
    assertThat(world.jobs).hasSize(1);
  }

  @Test
  void aRemovalThatIsRepeatedIsAnsweredAtOnce() {
    provision(ACME);
    receive(removal("n2", ACME, FIRST, 2));
    succeed();

    receive(removal("n3", ACME, FIRST, 2));

    assertThat(world.jobs).isEmpty();
    assertThat(world.last().answers()).contains("ack n3");
  }

  @Test
  void aNewTenantOfTheSameIdWaitsUntilTheEarlierOneIsRemoved() {
    provision(ACME);

    receive(update("n2", tenant(ACME, SECOND, 1)));

    assertThat(world.jobs.getFirst().work()).isInstanceOf(Work.Remove.class);
    assertThat(world.jobs.getFirst().work().uid()).isEqualTo(FIRST);
    assertThat(view(ACME).serving()).isEqualTo(Serving.DELETED);
    succeed();
    assertThat(directory.find(ACME)).isEmpty();
    succeed();
    assertThat(view(ACME).uid()).isEqualTo(SECOND);
  }

  @Test
  void aNewTenantOfTheSameIdIsNotMadeOnTheRestsOfTheEarlierOne() {
    provision(ACME);
    receive(update("n2", tenant(ACME, SECOND, 1)));

    fail(BROKER_AWAY);

    assertThat(world.jobs).isEmpty();
    assertThat(directory.find(ACME, SECOND)).isEmpty();
    assertThat(world.last().answers()).containsExactly("ack n1", "nack n2 BrokerUnavailable");
  }

  @Test
  void aRemovalThatCameAfterTheNewTenantTouchesNothingOfIt() {
    provision(ACME);
    receive(update("n2", tenant(ACME, SECOND, 1)));
    succeed();
    succeed();

    receive(removal("n3", ACME, FIRST, 2));

    assertThat(world.jobs).isEmpty();
    assertThat(view(ACME).uid()).isEqualTo(SECOND);
    assertThat(world.last().answers()).contains("ack n3");
  }

  @Test
  void anUpdateThatMakesNoSenseIsRefusedWithAReason() {
    receive(update("n1", tenant(ACME, FIRST, 1).setId("Not A Slug")));
    receive(update("n2", tenant(ACME, FIRST, 1).setUid(Sample.bytes(FIRST, SECOND))));
    receive(
        update("n3", tenant(ACME, FIRST, 1).setServing(ServingState.SERVING_STATE_UNSPECIFIED)));

    assertThat(world.last().answers())
        .containsExactly("nack n1 InvalidUpdate", "nack n2 InvalidUpdate", "nack n3 InvalidUpdate");
  }

  @Test
  void isReadyWhenEverythingOfTheFirstSyncHasBeenTried() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    receive(update("n2", tenant(GLOBEX, SECOND, 1)));
    receive(complete(2));
    succeed();
    assertThat(world.synced).isZero();

    fail(BROKER_AWAY);

    assertThat(world.synced).isEqualTo(1);
  }

  @Test
  void isReadyAtOnceWhenThereIsNoTenant() {
    receive(complete(0));

    assertThat(world.synced).isEqualTo(1);
  }

  @Test
  void afterALossItSaysWhatItHas() {
    provision(ACME);
    receive(update("n2", tenant(GLOBEX, SECOND, 7)));
    succeed();

    lose();

    Hello hello = hellos(world.last()).getFirst();
    assertThat(world.streams).hasSize(2);
    assertThat(hello.getKnownUids().size()).isEqualTo(32);
    assertThat(hello.getKnownGenerationsList()).containsExactlyInAnyOrder(1L, 7L);
  }

  @Test
  void aTenantThatWasOnlyBegunIsSaidToBeThereSoThatItsRemovalIsHeard() {
    receive(update("n1", tenant(ACME, FIRST, 3)));

    lose();

    Hello hello = hellos(world.last()).getFirst();
    assertThat(hello.getKnownUids()).isEqualTo(FIRST.toBytes());
    assertThat(hello.getKnownGenerationsList()).containsExactly(0L);
  }

  @Test
  void whatRunsWhenTheStreamIsLostGoesOnAndItsAnswerIsNotSentToAnotherStream() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    lose();

    succeed();

    assertThat(directory.find(ACME)).isPresent();
    assertThat(world.last().answers()).isEmpty();
  }

  @Test
  void anUpdateSentAgainAfterALossMidwayIsAnsweredOnTheNewStream() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    lose();
    receive(update("m1", tenant(ACME, FIRST, 1)));

    succeed();
    succeed();

    assertThat(world.streams.getFirst().answers()).isEmpty();
    assertThat(world.last().answers()).containsExactly("ack m1");
  }

  @Test
  void messagesOfALostStreamAreNotHeard() {
    ScriptedWorld.Stream old = world.last();
    lose();

    old.receive(update("n1", tenant(ACME, FIRST, 1)));
    old.listener.lost("again");

    assertThat(world.jobs).isEmpty();
    assertThat(world.pauses).hasSize(1);
  }

  @Test
  void pausesGrowWithEveryFailureUpToASecondAndStartAnewAfterASync() {
    for (int i = 0; i < 12; i++) {
      lose();
    }
    assertThat(world.pauses.getFirst()).isLessThanOrEqualTo(Duration.ofMillis(100));
    assertThat(world.pauses.getLast()).isBetween(Duration.ofMillis(500), Duration.ofSeconds(1));

    receive(complete(0));
    lose();

    assertThat(world.pauses.getLast()).isLessThanOrEqualTo(Duration.ofMillis(100));
  }

  @Test
  void afterADrainTheNewStreamTakesOverBeforeTheOldOneEnds() {
    provision(ACME);
    ScriptedWorld.Stream old = world.last();
    old.receive(DRAIN);
    ScriptedWorld.Stream next = world.last();
    assertThat(next).isNotSameAs(old);
    assertThat(old.closed).isFalse();
    old.receive(update("n2", tenant(ACME, FIRST, 2)));
    succeed();
    assertThat(old.answers()).containsExactly("ack n1", "ack n2");

    next.receive(complete(1));

    assertThat(old.closed).isTrue();
    assertThat(world.pauses).isEmpty();
  }

  @Test
  void afterADrainANewTenantIsLeftToTheNewStreamWhoseHelloDidNotNameIt() {
    ScriptedWorld.Stream old = world.last();
    old.receive(DRAIN);

    old.receive(update("n1", tenant(ACME, FIRST, 1)));

    assertThat(world.jobs).isEmpty();
  }

  @Test
  void afterADrainTheLossOfTheOldStreamIsNoLoss() {
    ScriptedWorld.Stream old = world.last();
    old.receive(DRAIN);

    old.listener.lost("gone");
    receive(update("n1", tenant(ACME, FIRST, 1)));
    succeed();

    assertThat(world.pauses).isEmpty();
    assertThat(world.last().answers()).containsExactly("ack n1");
  }

  @Test
  void aReplacementThatFailsIsTriedAgainWhileTheOldStreamServes() {
    ScriptedWorld.Stream old = world.last();
    old.receive(DRAIN);
    world.last().listener.lost("refused");
    assertThat(world.pauses).hasSize(1);

    session.pauseEnded();

    assertThat(world.streams).hasSize(3);
    assertThat(old.closed).isFalse();
  }

  @Test
  void aResyncStartsFromNothingAndKeepsWhatIsThere() {
    provision(ACME);

    receive(RESYNC);
    session.pauseEnded();

    assertThat(hellos(world.last()).getFirst().getKnownUids().isEmpty()).isTrue();
    assertThat(directory.find(ACME)).isPresent();
  }

  @Test
  void aTenantThatAResyncDoesNotNameIsRefusedFromThenOn() {
    provision(ACME);
    receive(RESYNC);
    session.pauseEnded();
    receive(update("m1", tenant(GLOBEX, SECOND, 1)));

    receive(complete(1));

    assertThat(view(ACME).serving()).isEqualTo(Serving.DELETED);
  }

  @Test
  void aResyncThatLeavesOutManyIsTakenForAMistake() {
    for (int i = 1; i <= 40; i++) {
      receive(update("n" + i, tenant(new TenantId("tenant" + i), uid(i), 1)));
      succeed();
    }
    receive(RESYNC);
    session.pauseEnded();

    receive(complete(0));

    assertThat(directory.all()).allMatch(view -> view.serving() == Serving.SERVING);
  }

  @Test
  void stepsAreTold() {
    receive(update("n1", tenant(ACME, FIRST, 1)));

    session.progressed(
        world.jobs.getFirst(),
        new StepEvent("vhost", StepEvent.State.DONE, Duration.ofMillis(5), Map.of()));

    SyncRequest told = world.last().sent.getLast();
    assertThat(told.getProgress().getNonce()).isEqualTo("n1");
    assertThat(told.getProgress().getState()).isEqualTo(StepState.STEP_STATE_DONE);
  }

  @Test
  void aServerThatDoesNotReadIsSparedThePlaceOfStepsButNotTheAnswers() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    world.last().ready = false;
    int before = world.last().sent.size();

    session.progressed(
        world.jobs.getFirst(),
        new StepEvent("vhost", StepEvent.State.STARTED, Duration.ZERO, Map.of()));
    assertThat(world.last().sent).hasSize(before);
    succeed();

    assertThat(world.last().answers()).containsExactly("ack n1");
  }

  @Test
  void whatDoesNotFitIntoOneHelloFollowsInTheNext() {
    int tenants = 5000;
    for (int i = 1; i <= tenants; i++) {
      receive(update("n" + i, tenant(new TenantId("tenant" + i), uid(i), i)));
      succeed();
    }

    lose();

    List<Hello> hellos = hellos(world.last());
    assertThat(hellos).hasSize(2);
    assertThat(hellos.getFirst().getComplete()).isFalse();
    assertThat(hellos.getLast().getComplete()).isTrue();
    assertThat(hellos.stream().mapToInt(Hello::getKnownGenerationsCount).sum()).isEqualTo(tenants);
    assertThat(hellos.stream().mapToInt(hello -> hello.getKnownUids().size()).sum())
        .isEqualTo(16 * tenants);
  }

  @Test
  void whenStoppedItComesBackNoMore() {
    ScriptedWorld.Stream stream = world.last();

    session.stop();
    stream.listener.lost("closed");
    session.pauseEnded();

    assertThat(stream.closed).isTrue();
    assertThat(world.streams).hasSize(1);
    assertThat(world.pauses).isEmpty();
  }

  private void provision(TenantId id) {
    receive(update("n1", tenant(id, FIRST, 1)));
    succeed();
  }

  private static SyncResponse suspended(String nonce, long generation) {
    return update(
        nonce, tenant(ACME, FIRST, generation).setServing(ServingState.SERVING_STATE_SUSPENDED));
  }

  private void receive(SyncResponse message) {
    world.last().receive(message);
  }

  private void succeed() {
    session.finished(world.jobs.remove(), null);
  }

  private void fail(Failure failure) {
    session.finished(world.jobs.remove(), failure);
  }

  private void lose() {
    world.last().listener.lost("test");
    session.pauseEnded();
  }

  private TenantView view(TenantId id) {
    return directory.find(id).orElseThrow();
  }

  private static List<Hello> hellos(ScriptedWorld.Stream stream) {
    return stream.sent.stream().filter(SyncRequest::hasHello).map(SyncRequest::getHello).toList();
  }

  @Test
  void aRestrictionOvertakesAnUpdateThatIsBeingMade() {
    provision(ACME);
    receive(update("n2", tenant(ACME, FIRST, 2)));

    receive(restriction(3, ServingState.SERVING_STATE_SUSPENDED));
    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
    succeed();

    assertThat(view(ACME).generation()).isEqualTo(2);
    assertThat(view(ACME).serving()).isEqualTo(Serving.SUSPENDED);
    receive(update("n3", tenant(ACME, FIRST, 4)));
    succeed();
    assertThat(view(ACME).serving()).isEqualTo(Serving.SERVING);
    assertThat(world.last().answers()).containsExactly("ack n1", "ack n2", "ack n3");
  }

  @Test
  void aTenantThatIsRestrictedWhileItIsFirstMadeIsNeverServed() {
    receive(update("n1", tenant(ACME, FIRST, 1)));
    receive(restriction(2, ServingState.SERVING_STATE_DELETED));

    succeed();

    assertThat(view(ACME).serving()).isEqualTo(Serving.DELETED);
  }

  private static SyncResponse restriction(long generation, ServingState serving) {
    return SyncResponse.newBuilder()
        .setRestriction(
            dev.kryonix.api.tenant.v1.Restriction.newBuilder()
                .setTenantUid(FIRST.toBytes())
                .setTenant(ACME.value())
                .setGeneration(generation)
                .setServing(serving))
        .build();
  }
}
