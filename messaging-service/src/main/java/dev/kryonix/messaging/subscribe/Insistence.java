package dev.kryonix.messaging.subscribe;

import com.rabbitmq.client.Channel;
import dev.kryonix.messaging.connection.Channels;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Does again and again, with longer and longer pauses, what must be done with a message that lies
 * on a channel, until it is done or the channel has gone, and with it the message.
 *
 * @param channel the channel
 * @param patience for how long it is refused before it is done otherwise. Not a number of refusals:
 *     a queue that has lost its leader refuses nothing, and each try at it takes as long as a
 *     confirm may
 */
record Insistence(Channel channel, Duration patience) {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** What has been done; empty when the channel has gone. */
  Optional<Fate> untilDone(Callable<Fate> how, Callable<Fate> whenRefused) {
    Duration pause = FIRST_PAUSE;
    long began = System.nanoTime();
    boolean isPatient = true;
    try {
      while (channel.isOpen()) {
        Fate fate = (isPatient ? how : whenRefused).call();
        if (fate != Fate.FAILED) {
          return Optional.of(fate);
        }
        Thread.sleep(pause);
        isPatient = System.nanoTime() - began < patience.toNanos();
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      Channels.abort(channel);
      throw new IllegalStateException(e);
    }
    return Optional.empty();
  }
}
