package dev.kryonix.cache.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What of a collection survives a restart or a failover of Redis. */
class RunsTest {
  @Test
  void whatADeviceHasFollowsUpToWhereTheNextRunBegan() {
    Runs runs = new Runs();
    runs.begin("a", 0, 11);
    runs.begin("a", 50, 12);
    runs.begin("b", 100, 13);
    runs.begin("c", 90, 14);

    assertThat(runs.last()).isEqualTo(14);
    assertThat(runs.follows(11, 100)).isTrue();
    assertThat(runs.follows(11, 101)).isFalse();
    assertThat(runs.follows(13, 90)).isTrue();
    assertThat(runs.follows(13, 95)).isFalse();
    assertThat(runs.follows(14, 1000)).isTrue();
    assertThat(runs.follows(12, 1)).as("of no run").isFalse();
    assertThat(runs.follows(Runs.NONE, 1)).isFalse();
  }

  @Test
  void aServerThatComesBackIsARunOfItsOwn() {
    Runs runs = new Runs();
    runs.begin("a", 0, 11);
    runs.begin("b", 100, 12);
    runs.begin("a", 120, 13);

    assertThat(runs.follows(11, 105)).isFalse();
    assertThat(runs.follows(12, 110)).isTrue();
    assertThat(runs.follows(13, 130)).isTrue();
  }

  @Test
  void aLogKeepsItsRunsAndOneWithoutAnyIsRead() {
    CollectionLog log = new CollectionLog(7);
    log.changed("c-1", 0, 1);
    assertThat(CollectionLog.parse(log.bytes()).runs().follows(Runs.NONE, 1)).isTrue();

    log.runs().begin("a", 1, 11);
    for (int i = 0; i < Runs.MOST; i++) {
      log.runs().begin("s" + i, 1, 100 + i);
    }
    CollectionLog again = CollectionLog.parse(log.bytes());

    assertThat(again.runs().last()).isEqualTo(100 + Runs.MOST - 1);
    assertThat(again.runs().follows(11, 1)).as("forgotten").isFalse();
    assertThat(again.runs().follows(100, 1)).isTrue();
    assertThat(again.after(0, 10, Instant.EPOCH)).extracting("id").containsExactly("c-1");
  }
}
