package dev.kryonix.bench.cache;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A cache as a program uses it, over one connection that all of its callers share. */
interface Peer extends AutoCloseable {
  /** How many operations are under way at once in {@link #pipeline}: what our contract allows. */
  int WINDOW = 1024;

  /** What a pipeline does. */
  enum Operation {
    GET,
    SET
  }

  /** The value of a key; null when there is none. */
  byte @Nullable [] get(String key);

  /** Writes a value for an hour. */
  void set(String key, byte[] value);

  /** Reads keys in one call, and says how many there are. */
  int getAll(List<String> keys);

  /** Writes the same value to keys, as many at once as the subject does best. */
  void setAll(List<String> keys, byte[] value) throws InterruptedException;

  /**
   * Keeps {@link #WINDOW} operations on values of that size under way for that long, and says how
   * many were answered.
   */
  long pipeline(Operation operation, int size, Duration time) throws InterruptedException;

  @Override
  void close();
}
