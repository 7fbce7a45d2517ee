package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.cache.redis.Keyspace;
import dev.kryonix.cache.redis.TestKeyspaces;
import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.RedisException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GatheringTest {
  private final IllegalStateException defect = new IllegalStateException("a defect");

  private final Keyspace keyspace = TestKeyspaces.failing(new EventLoops(), defect);

  @Test
  void whoComesAfterADefectOfTheSenderIsSent() {
    List<String> sent = new ArrayList<>();
    Gathering<String, Wanted> gathering =
        new Gathering<>(
            keyspace,
            (place, all) -> {
              all.forEach(each -> sent.add(each.name()));
              if (sent.size() == 1) {
                throw defect;
              }
              all.forEach(each -> each.answer().complete("done"));
              return CompletableFuture.completedFuture(null);
            });

    CompletableFuture<String> first = add(gathering, "first");
    CompletableFuture<String> second = add(gathering, "second");

    assertThatThrownBy(() -> first.get(60, TimeUnit.SECONDS)).hasCause(defect);
    assertThat(second.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("done");
    assertThat(sent).containsExactly("first", "second");
  }

  /** A sender that cannot make anything of the answer, and so completes none of those who wait. */
  @Test
  void whoTheSenderLeavesWithoutAnAnswerFails() {
    Gathering<String, Wanted> gathering =
        new Gathering<>(keyspace, (place, all) -> CompletableFuture.failedFuture(defect));

    assertThatThrownBy(() -> add(gathering, "one").get(60, TimeUnit.SECONDS)).hasCause(defect);
  }

  @Test
  void aDeepQueueThatFailsAtOnceIsGoneThroughToItsEnd() {
    CompletableFuture<Void> held = new CompletableFuture<>();
    Gathering<String, Wanted> gathering =
        new Gathering<>(
            keyspace,
            (place, all) ->
                all.getFirst().name().equals("held")
                    ? held
                    : CompletableFuture.failedFuture(new RedisException("rejected")));
    CompletableFuture<String> first = add(gathering, "held");
    List<CompletableFuture<String>> waiting =
        IntStream.range(0, 200_000).mapToObj(i -> add(gathering, "w" + i)).toList();

    held.completeExceptionally(new RedisException("lost"));

    assertThat(first).isCompletedExceptionally();
    assertThat(waiting).allMatch(CompletableFuture::isCompletedExceptionally);
    assertThat(add(gathering, "later")).isCompletedExceptionally();
  }

  @Test
  void aCommandThatADefectKeepsFromBeingWrittenFails() {
    assertThatThrownBy(() -> keyspace.values(List.of(new byte[1]), 1).get(60, TimeUnit.SECONDS))
        .hasCause(defect);
  }

  private record Wanted(String name, CompletableFuture<String> answer) {}

  private static CompletableFuture<String> add(Gathering<String, Wanted> to, String name) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    to.add("place", new Wanted(name, answer), answer);
    return answer;
  }
}
