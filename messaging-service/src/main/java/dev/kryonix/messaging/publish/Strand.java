package dev.kryonix.messaging.publish;

/**
 * Messages that stay in their order, such as those of one stream: they go over one of the tenant's
 * channels, the same for all of them.
 *
 * @param number any number; those of a tenant are dealt over its channels by it
 */
record Strand(int number) {
  /** Of what comes in no order, such as single calls. */
  static final Strand SHARED = new Strand(0);
}
