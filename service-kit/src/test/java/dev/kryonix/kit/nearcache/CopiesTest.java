package dev.kryonix.kit.nearcache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kryonix.api.cache.v1.EntryAddress;
import dev.kryonix.api.cache.v1.FlushScope;
import dev.kryonix.api.cache.v1.WatchGap;
import dev.kryonix.api.cache.v1.WatchHeartbeat;
import dev.kryonix.api.cache.v1.WatchResponse;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class CopiesTest {
  private static final CacheKey ANA = new CacheKey("crm", "temp", "ana");
  private static final CacheKey RUI = new CacheKey("crm", "temp", "rui");
  private static final CacheKey ELSEWHERE = new CacheKey("whatsapp", "temp", "ana");
  private static final Duration LONG = Duration.ofHours(1);

  private final NearCacheConfig config = NearCacheConfig.of(1_000_000);
  private long now = Long.MAX_VALUE - 1_000_000; // Time may pass the end of a long.
  private Copies copies = new Copies(config, () -> now);

  @BeforeEach
  void connect() {
    copies.connected();
  }

  @Test
  void whatWasLoadedIsFoundUntilItsTimeIsOver() {
    load(ANA, "v", Duration.ofSeconds(10));

    pass(Duration.ofSeconds(9));
    heartbeat();
    assertThat(found(ANA)).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(found(ANA)).isFalse();
  }

  @Test
  void timeOnTheWayIsOfTheEntrysTime() {
    Copies.Load load = copies.begin(ANA);
    pass(Duration.ofSeconds(9));
    copies.keep(load, entry("v"), Duration.ofSeconds(10), List.of());

    pass(Duration.ofSeconds(1));
    assertThat(found(ANA)).isFalse();
  }

  @Test
  void noCopyIsOlderThanIsAllowedThoughNothingWasTold() {
    load(ANA, "v", Duration.ofDays(30));

    for (Duration left = config.maxAge(); left.isPositive(); left = left.minusSeconds(10)) {
      assertThat(found(ANA)).isTrue();
      pass(Duration.ofSeconds(10));
      heartbeat();
    }
    assertThat(found(ANA)).isFalse();
  }

  @Test
  void whatIsWrittenDeletedOrExpiredIsFoundNoMoreAndNothingElseGoes() {
    for (WatchResponse event :
        List.of(
            WatchResponse.newBuilder().setWritten(address(ANA)).build(),
            WatchResponse.newBuilder().setDeleted(address(ANA)).build(),
            WatchResponse.newBuilder().setExpired(address(ANA)).build())) {
      load(ANA, "v", LONG);
      load(RUI, "v", LONG);

      copies.take(event);

      assertThat(found(ANA)).as("%s", event).isFalse();
      assertThat(found(RUI)).isTrue();
    }
  }

  @Test
  void aTagTakesTheCopiesThatCarryIt() {
    load(ANA, "v", LONG, "t1", "t2");
    load(RUI, "v", LONG, "t2");

    copies.take(WatchResponse.newBuilder().setInvalidatedTag("t1").build());

    assertThat(found(ANA)).isFalse();
    assertThat(found(RUI)).isTrue();
  }

  @Test
  void aFlushTakesWhatItIsAbout() {
    for (FlushScope scope :
        List.of(
            FlushScope.newBuilder().setModule("crm").setType("temp").build(),
            FlushScope.newBuilder().setModule("crm").build())) {
      load(ANA, "v", LONG);
      load(ELSEWHERE, "v", LONG);

      copies.take(WatchResponse.newBuilder().setFlushed(scope).build());

      assertThat(found(ANA)).as("%s", scope).isFalse();
      assertThat(found(ELSEWHERE)).isTrue();
    }
    copies.take(WatchResponse.newBuilder().setFlushed(FlushScope.getDefaultInstance()).build());
    assertThat(found(ELSEWHERE)).isFalse();
  }

  @Test
  void whenSomeWereMissedAllGo() {
    load(ANA, "v", LONG);
    load(ELSEWHERE, "v", LONG);

    copies.take(
        WatchResponse.newBuilder().setMissed(WatchGap.newBuilder().setReason("slow")).build());

    assertThat(found(ANA)).isFalse();
    assertThat(found(ELSEWHERE)).isFalse();
  }

  @Test
  void anEventThatIsNotKnownTakesAll() {
    load(ANA, "v", LONG);

    copies.take(WatchResponse.getDefaultInstance());

    assertThat(found(ANA)).isFalse();
  }

  @Test
  void aValueThatWasOnItsWayWhenItsEntryChangedIsNotKept() {
    for (Runnable change :
        List.<Runnable>of(
            () -> copies.take(WatchResponse.newBuilder().setWritten(address(ANA)).build()),
            () -> copies.take(WatchResponse.newBuilder().setInvalidatedTag("t").build()),
            () -> copies.changed(ANA),
            () -> copies.clear())) {
      Copies.Load load = copies.begin(ANA);
      change.run();
      copies.keep(load, entry("old"), LONG, List.of());

      assertThat(found(ANA)).isFalse();
    }
  }

  @Test
  void whileNothingIsToldCopiesAreUsedUntilTheBoundAndNewOnesAreNotKept() {
    load(ANA, "v", LONG);
    Copies.Load before = copies.begin(RUI);
    copies.disconnected();
    copies.keep(before, entry("v"), LONG, List.of());
    load(RUI, "v", LONG);

    assertThat(found(RUI)).isFalse();
    pass(config.staleness().minusNanos(1));
    assertThat(found(ANA)).isTrue();
    pass(Duration.ofNanos(1));
    assertThat(found(ANA)).isFalse();
  }

  @Test
  void aNewWatchBeginsWithNoCopies() {
    load(ANA, "v", LONG);
    Copies.Load before = copies.begin(RUI);
    copies.disconnected();
    copies.connected();
    copies.keep(before, entry("v"), LONG, List.of());

    assertThat(found(ANA)).isFalse();
    assertThat(found(RUI)).isFalse();
  }

  @Test
  void aSignOfLifeThatComesTooLateBringsNoCopyBack() {
    load(ANA, "v", LONG);
    pass(config.staleness());

    heartbeat();

    assertThat(found(ANA)).isFalse();
  }

  @Test
  void copiesStayWithinTheirBytes() {
    copies = new Copies(NearCacheConfig.of(50_000), () -> now);
    copies.connected();
    for (int i = 0; i < 1_000; i++) {
      load(new CacheKey("crm", "temp", "k" + i), "x".repeat(500), LONG);
      assertThat(copies.stats().bytes()).isLessThanOrEqualTo(50_000);
    }
    assertThat(copies.stats().copies()).isBetween(50L, 70L);

    load(ANA, "x".repeat(50_000), LONG);
    assertThat(found(ANA)).isFalse();
  }

  @Test
  void whatIsOutsideOfTheScopeIsNotKept() {
    copies = new Copies(config.only(new NearCacheConfig.Scope("crm", "temp", "a")), () -> now);
    copies.connected();
    for (CacheKey key : List.of(ANA, RUI, ELSEWHERE, new CacheKey("crm", "sync", "ana"))) {
      load(key, "v", LONG);
      assertThat(found(key)).as("%s", key).isEqualTo(key.equals(ANA));
    }
  }

  @Test
  void settingsThatMakeNoSenseAreRefused() {
    assertThatThrownBy(() -> NearCacheConfig.of(0)).hasMessageContaining("maxBytes");
    assertThatThrownBy(
            () ->
                new NearCacheConfig(
                    NearCacheConfig.Scope.ALL, 1, Duration.ofSeconds(15), LONG, LONG))
        .hasMessageContaining("staleness");
    assertThatThrownBy(
            () ->
                new NearCacheConfig(
                    NearCacheConfig.Scope.ALL, 1, Duration.ofSeconds(16), Duration.ZERO, LONG))
        .hasMessageContaining("maxAge");
  }

  @Test
  void keysAreEqualWhenAllPartsAre() {
    assertThat(new CacheKey("crm", "temp", "ana")).isEqualTo(ANA).hasSameHashCodeAs(ANA);
    for (CacheKey other : List.of(RUI, ELSEWHERE, new CacheKey("crm", "sync", "ana"))) {
      assertThat(other).isNotEqualTo(ANA);
    }
    // Two pairs of letters that Java's hash of texts takes for the same.
    assertThat(new CacheKey("crm", "Aa", "BB"))
        .hasSameHashCodeAs(new CacheKey("crm", "BB", "Aa"))
        .isNotEqualTo(new CacheKey("crm", "BB", "Aa"));
    assertThat(ANA).hasToString("crm:temp:ana");
  }

  @Test
  void hitsAndMissesAreCounted() {
    load(ANA, "v", LONG);
    IntStream.range(0, 3).forEach(i -> found(ANA));
    found(RUI);

    assertThat(copies.stats().hits()).isEqualTo(3);
    assertThat(copies.stats().misses()).isEqualTo(1);
  }

  private void load(CacheKey key, String value, Duration ttl, String... tags) {
    copies.keep(copies.begin(key), entry(value), ttl, List.of(tags));
  }

  private boolean found(CacheKey key) {
    return copies.find(key).isPresent();
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void heartbeat() {
    copies.take(
        WatchResponse.newBuilder().setHeartbeat(WatchHeartbeat.getDefaultInstance()).build());
  }

  private static NearEntry entry(String value) {
    return new NearEntry(ByteString.copyFromUtf8(value), "text/plain", "e");
  }

  private static EntryAddress address(CacheKey key) {
    return EntryAddress.newBuilder()
        .setModule(key.module())
        .setType(key.type())
        .setKey(key.key())
        .build();
  }
}
