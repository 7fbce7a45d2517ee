package dev.kryonix.cache.redis;

import dev.kryonix.kit.server.EventLoops;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.List;

/**
 * The connections for a purpose: one that all threads share, or one on each event loop, so that
 * what comes in on a loop goes to Redis and back on the same.
 */
final class Link {
  private final List<Lane> lanes;
  private final EventLoops loops;
  private final Breaks breaks;

  Link(EventLoops loops, Breaks breaks, List<Lane> lanes) {
    this.loops = loops;
    this.breaks = breaks;
    this.lanes = List.copyOf(lanes);
  }

  /**
   * A connection: each command by itself, or many in one write.
   *
   * @param commands the commands that both kinds of Redis have; each is flushed by itself
   * @param batches gathers commands of callers that run at the same time
   */
  record Lane(RedisClusterAsyncCommands<byte[], byte[]> commands, Batches batches) {}

  RedisClusterAsyncCommands<byte[], byte[]> commands() {
    return lane().commands();
  }

  Batches batches() {
    return lane().batches();
  }

  /** The commands of every connection. */
  List<RedisClusterAsyncCommands<byte[], byte[]>> all() {
    return lanes.stream().map(Lane::commands).toList();
  }

  EventLoops loops() {
    return loops;
  }

  Breaks breaks() {
    return breaks;
  }

  private Lane lane() {
    int here = lanes.size() == 1 ? EventLoops.NONE : loops.current();
    return here == EventLoops.NONE ? lanes.getFirst() : lanes.get(here);
  }
}
