package dev.kryonix.kit.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.jwk.ECKey;
import dev.kryonix.kit.errors.ServiceException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CachedKeysTest {
  private static final Duration FRESH = Duration.ofMinutes(5);
  private static final Duration AHEAD = Duration.ofSeconds(20);

  private final Map<String, VerificationKey> published = new ConcurrentHashMap<>();
  private final AtomicInteger questions = new AtomicInteger();
  private volatile boolean reachable = true;
  private volatile Instant now = TestTokens.NOW;
  private final CachedKeys keys =
      new CachedKeys("test", this::fetch, FRESH, Duration.ZERO, () -> now);

  private Map<String, VerificationKey> fetch() throws KeysUnavailableException {
    questions.incrementAndGet();
    if (!reachable) {
      throw new KeysUnavailableException("unreachable");
    }
    return Map.copyOf(published);
  }

  private VerificationKey publish(String id) {
    ECKey key = TestTokens.newKey(id);
    VerificationKey verification = VerificationKey.of(key).orElseThrow();
    published.put(id, verification);
    return verification;
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  @Test
  void aKeyIsAskedForOnceAndThenKnown() {
    VerificationKey key = publish("a");

    assertThat(keys.holds(key)).isFalse();
    assertThat(keys.find("a")).contains(key);
    assertThat(keys.find("a")).contains(key);
    assertThat(keys.holds(key)).isTrue();

    assertThat(questions).hasValue(1);
  }

  @Test
  void unknownKeyIdsLeadToOneQuestionInTenSeconds() {
    publish("a");
    for (int second = 0; second < 60; second++) {
      for (int each = 0; each < 100; each++) {
        assertThat(keys.find("stranger-" + each)).isEmpty();
      }
      pass(Duration.ofSeconds(1));
    }

    assertThat(questions).hasValue(6);
  }

  @Test
  void manyAtOnceAskOnce() throws InterruptedException {
    VerificationKey key = publish("a");
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger found = new AtomicInteger();
    var threads =
        IntStream.range(0, 200)
            .mapToObj(
                i ->
                    Thread.startVirtualThread(
                        () -> {
                          try {
                            go.await();
                          } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            return;
                          }
                          keys.find("a")
                              .filter(key::equals)
                              .ifPresent(k -> found.incrementAndGet());
                        }))
            .toList();

    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(found).hasValue(200);
    assertThat(questions).hasValue(1);
  }

  @Test
  void aNewKeyIsSeenWhenItIsFirstMet() {
    publish("a");
    keys.find("a");
    pass(Duration.ofSeconds(11));
    VerificationKey next = publish("b");

    assertThat(keys.find("b")).contains(next);
  }

  @Test
  void aKeyThatIsGettingOldIsRefreshedAsideWhileItIsUsed() {
    VerificationKey key = publish("a");
    keys.find("a");
    pass(FRESH.multipliedBy(4).dividedBy(5));
    VerificationKey next = publish("b");

    assertThat(keys.holds(key)).isTrue();

    await().until(() -> questions.get() == 2);
    await().until(() -> keys.holds(next));
  }

  @Test
  void aWithdrawnKeyIsRefusedOnceTheKeysAreStaleHoweverLongNobodyAsked() {
    VerificationKey key = publish("a");
    keys.find("a");
    published.remove("a");
    publish("b");
    pass(FRESH);

    assertThat(keys.holds(key)).isFalse();
    assertThat(keys.find("a")).isEmpty();
  }

  @Test
  void anotherKeyUnderTheSameIdIsAnotherKey() {
    VerificationKey before = publish("a");
    keys.find("a");
    pass(FRESH);
    VerificationKey after = publish("a");

    assertThat(keys.find("a")).contains(after);
    assertThat(keys.holds(before)).isFalse();
  }

  @Test
  void knownKeysGoOnWorkingWhileTheIssuerIsAwayAndItIsAskedEverLessOften() {
    VerificationKey key = publish("a");
    keys.find("a");
    reachable = false;
    pass(FRESH);
    int before = questions.get();

    for (int second = 0; second < 3600; second++) {
      assertThat(keys.find("a")).contains(key);
      assertThat(keys.holds(key)).isTrue();
      assertUnavailable("stranger-" + second);
      pass(Duration.ofSeconds(1));
    }
    int asked = questions.get() - before;
    reachable = true;
    VerificationKey next = publish("b");
    pass(Duration.ofSeconds(10));

    assertThat(asked).isBetween(400, 3600 / 8 + 5);
    assertThat(keys.find("b")).contains(next);
  }

  @Test
  void anIssuerThatWasAwayAtFirstIsAskedAgain() {
    reachable = false;
    VerificationKey key = publish("a");
    assertUnavailable("a");
    reachable = true;
    assertUnavailable("a");
    assertThat(questions).as("not at once").hasValue(1);
    pass(Duration.ofSeconds(1));

    assertThat(keys.find("a")).contains(key);
    assertThat(keys.find("stranger")).isEmpty();
  }

  @Test
  void aKeyMissingFromAnAnswerIsBadForAsLongAsNewKeysArePublishedBeforeTheySign() {
    CachedKeys ahead = new CachedKeys("test", this::fetch, FRESH, AHEAD, () -> now);
    publish("a");
    ahead.find("a");
    reachable = false;

    pass(AHEAD.minusMillis(1));
    assertThat(ahead.find("stranger")).isEmpty();
    assertThat(questions).as("asked in vain").hasValue(2);
    pass(Duration.ofMillis(1));
    assertUnavailable(ahead, "stranger");
  }

  @Test
  void preparedKeysAreThereWhenTheIssuerIsAwayByTheFirstToken() {
    VerificationKey key = publish("a");
    reachable = false;
    assertThat(keys.prepare()).isFalse();
    pass(Duration.ofSeconds(1));
    reachable = true;
    assertThat(keys.prepare()).isTrue();
    reachable = false;
    pass(FRESH.multipliedBy(2));

    assertThat(keys.find("a")).contains(key);
    assertThat(questions).hasValue(3);
  }

  /** Not a bad token: nobody can know. */
  private void assertUnavailable(String keyId) {
    assertUnavailable(keys, keyId);
  }

  private static void assertUnavailable(CachedKeys keys, String keyId) {
    assertThatThrownBy(() -> keys.find(keyId))
        .isInstanceOfSatisfying(
            ServiceException.class,
            refusal -> assertThat(refusal.reasonName()).isEqualTo("UPSTREAM_UNAVAILABLE"));
  }
}
