package dev.kryonix.messaging.topology;

import dev.kryonix.messaging.broker.Names;

/** What a queue is bound to, which follows from its name. */
record QueueBinding(String exchange, String routingKey) {
  static QueueBinding of(String queue) {
    if (queue.startsWith(Names.RETRY + ".")) {
      return new QueueBinding(Names.RETRY, queue.substring(Names.RETRY.length() + 1));
    }
    return Names.moduleOfDeadLetters(queue)
        .map(module -> new QueueBinding(Names.DEAD_LETTERS, module + ".#"))
        .orElseGet(() -> new QueueBinding(Names.PUBLISH, queue));
  }
}
