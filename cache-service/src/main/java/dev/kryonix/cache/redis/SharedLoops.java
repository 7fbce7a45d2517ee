package dev.kryonix.cache.redis;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.EventLoopGroupProvider;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Lets lettuce run on event loops that it has not made, and does not end. They serve the channels
 * that lettuce makes, which are epoll's wherever epoll is to be had, as the loops are.
 */
record SharedLoops(EventLoopGroup group, int count) implements EventLoopGroupProvider {
  /** Resources of a client that runs there, the others shared with an existing client's. */
  ClientResources sharing(ClientResources others) {
    return others.mutate().eventLoopGroupProvider(this).build();
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Taken as a group and no more.
  public <T extends EventLoopGroup> T allocate(Class<T> type) {
    return (T) group;
  }

  @Override
  public int threadPoolSize() {
    return count;
  }

  @Override
  public Future<Boolean> release(
      EventExecutorGroup released, long quietPeriod, long timeout, TimeUnit unit) {
    return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
  }

  @Override
  public Future<Boolean> shutdown(long quietPeriod, long timeout, TimeUnit unit) {
    return GlobalEventExecutor.INSTANCE.newSucceededFuture(true);
  }
}
