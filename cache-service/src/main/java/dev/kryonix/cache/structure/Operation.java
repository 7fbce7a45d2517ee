package dev.kryonix.cache.structure;

import com.google.protobuf.Message;
import dev.kryonix.api.cache.v1.EntryMetadata;
import java.util.function.Function;

/** What is done to a structure's value; done again to the value as it then is when overtaken. */
@FunctionalInterface
interface Operation<V, A extends Message> {
  /** Does it; the value given may be changed and returned. */
  Done<V, A> on(V value);

  /**
   * What came of it.
   *
   * @param value the value now
   * @param changed whether it is another than before
   * @param answer the answer, given what is then known of the entry
   */
  record Done<V, A extends Message>(V value, boolean changed, Function<EntryMetadata, A> answer) {}
}
