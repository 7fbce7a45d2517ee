package dev.kryonix.cache.entry;

import static org.assertj.core.api.Assertions.assertThat;

/** The kinds of Redis that the service works with; the tests' servers have one of each. */
public enum RedisKind {
  STANDALONE("KRYONIX_REDIS_PORT"),
  CLUSTER("KRYONIX_REDIS_CLUSTER_NODES");

  private final String variable;

  RedisKind(String variable) {
    this.variable = variable;
  }

  /** The nodes of the cluster; empty for a Redis that stands alone. */
  public String nodes() {
    assertThat(System.getenv()).as("run through ./kryonix test").containsKey(variable);
    return this == CLUSTER ? System.getenv(variable) : "";
  }
}
