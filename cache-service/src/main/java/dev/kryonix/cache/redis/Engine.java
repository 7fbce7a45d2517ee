package dev.kryonix.cache.redis;

/** A Redis of one kind: how it is connected to, and how it keeps purposes and tenants apart. */
sealed interface Engine extends AutoCloseable permits Standalone, Cluster {
  /** A connection for a purpose; throws a RedisException while there is none to be had. */
  Link connect(Purpose purpose);

  /** Throws unless the engine serves. */
  void check(Link link);

  /** What the keys of a purpose begin with. */
  String prefix(Purpose purpose);

  /** Whether all purposes share one database. */
  boolean isOneDatabase();

  /** Over how many hash slots a tenant of that plan is spread. */
  int buckets(String plan);

  @Override
  void close();
}
