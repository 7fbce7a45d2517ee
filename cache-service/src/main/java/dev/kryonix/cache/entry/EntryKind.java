package dev.kryonix.cache.entry;

import dev.kryonix.api.cache.v1.ValueKind;
import java.util.List;

/** What kind of value an entry holds. */
public enum EntryKind {
  BYTES(ValueKind.VALUE_KIND_BYTES),
  COUNTER(ValueKind.VALUE_KIND_COUNTER),
  SET(ValueKind.VALUE_KIND_SET),
  LIST(ValueKind.VALUE_KIND_LIST),
  HASH(ValueKind.VALUE_KIND_HASH),
  SORTED_SET(ValueKind.VALUE_KIND_SORTED_SET);

  private static final List<EntryKind> ALL = List.of(values());

  private final ValueKind proto;

  EntryKind(ValueKind proto) {
    this.proto = proto;
  }

  /** The kind of that number; refuses another number. */
  public static EntryKind of(int number) {
    for (EntryKind each : ALL) {
      if (each.number() == number) {
        return each;
      }
    }
    throw new IllegalArgumentException("no kind of value: " + number);
  }

  /** The kind's number in an envelope. */
  public int number() {
    return proto.getNumber() - ValueKind.VALUE_KIND_BYTES.getNumber();
  }

  /** The kind as the contract has it. */
  public ValueKind proto() {
    return proto;
  }
}
