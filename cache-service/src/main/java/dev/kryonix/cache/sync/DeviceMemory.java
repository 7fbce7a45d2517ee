package dev.kryonix.cache.sync;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import dev.kryonix.api.cache.v1.Mutation;
import dev.kryonix.api.cache.v1.VerdictKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A device's last mutations of a collection, by their clocks, and their verdicts, so that each is
 * applied once. What is older than all that is remembered is known by its clock.
 */
final class DeviceMemory {
  /** How many mutations are remembered. */
  static final int MOST = 2_000;

  private final Map<String, Judged> judged = new LinkedHashMap<>();
  private long forgottenUntil;

  private record Judged(int kind, long clock) {}

  Optional<VerdictKind> verdict(String mutation) {
    return Optional.ofNullable(judged.get(mutation))
        .map(each -> VerdictKind.forNumber(each.kind()));
  }

  /** Whether the mutation may have been applied and forgotten. */
  boolean isTooOld(Mutation mutation) {
    return forgottenUntil != 0
        && mutation.getClock() != 0
        && !HybridClock.isLater(mutation.getClock(), forgottenUntil);
  }

  /**
   * Remembers a mutation by the clock that it counts with: a device's own may be far ahead, and all
   * that the device says once it is set right would come before it.
   */
  void remember(String mutation, VerdictKind kind, long clock) {
    judged.put(mutation, new Judged(kind.getNumber(), clock));
    while (judged.size() > MOST) {
      // Not the first to come: of a clock that was ahead and is set right, that is the latest.
      String oldest =
          Collections.min(
                  judged.entrySet(),
                  Map.Entry.comparingByValue(
                      (one, other) -> Long.compareUnsigned(one.clock(), other.clock())))
              .getKey();
      Judged forgotten = judged.remove(oldest);
      forgottenUntil = HybridClock.later(forgotten.clock(), forgottenUntil);
    }
  }

  static DeviceMemory parse(byte[] bytes) {
    DeviceMemory memory = new DeviceMemory();
    try {
      CodedInputStream in = CodedInputStream.newInstance(bytes);
      memory.forgottenUntil = in.readFixed64();
      while (!in.isAtEnd()) {
        String id = in.readStringRequireUtf8();
        memory.judged.put(id, new Judged(in.readInt32(), in.readFixed64()));
      }
      return memory;
    } catch (IOException e) {
      throw new UncheckedIOException("an entry that opened holds no memory", e);
    }
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeFixed64NoTag(forgottenUntil);
      for (Map.Entry<String, Judged> each : judged.entrySet()) {
        out.writeStringNoTag(each.getKey());
        out.writeInt32NoTag(each.getValue().kind());
        out.writeFixed64NoTag(each.getValue().clock());
      }
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
