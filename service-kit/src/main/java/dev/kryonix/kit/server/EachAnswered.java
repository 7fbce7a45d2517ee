package dev.kryonix.kit.server;

import java.util.Set;

/**
 * The RPCs of a service that answer each message of a stream by itself. One that breaks a rule of
 * its contract is refused in its answer and does not end the stream, so their code holds them
 * against {@link ContractRules}.
 */
public interface EachAnswered {
  /** Full method names, such as {@code kryonix.cache.v1.CacheService/Pipeline}. */
  Set<String> methods();
}
