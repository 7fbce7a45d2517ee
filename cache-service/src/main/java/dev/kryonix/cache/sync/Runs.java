package dev.kryonix.cache.sync;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The runs of Redis that a collection was changed in, and how far it had come when each began. A
 * restart or a failover may lose the last changes and give their numbers out again: what a device
 * got before a run is the collection's only up to where that run began.
 */
final class Runs {
  /** How many are remembered; a device that is further behind begins anew. */
  static final int MOST = 16;

  /** Of a collection, and a checkpoint, from before runs were told apart. */
  static final long NONE = 0;

  private final List<Run> runs = new ArrayList<>();
  private String server = "";

  /**
   * A run that the collection was changed in.
   *
   * @param id of its own, since the same server may come back after another
   * @param begun the last change before it
   */
  private record Run(long id, long begun) {}

  /** The last, in which the collection is as it is. */
  long last() {
    return runs.isEmpty() ? NONE : runs.getLast().id();
  }

  /** The collection, which has come that far, is about to be changed in a run of Redis. */
  void begin(String runOfServer, long sequence, long id) {
    if (!runOfServer.equals(server)) {
      server = runOfServer;
      runs.add(new Run(id, sequence));
      if (runs.size() > MOST) {
        runs.removeFirst();
      }
    }
  }

  /** Whether what a device got in a run, up to a change, is still the collection's. */
  boolean follows(long run, long sequence) {
    if (run == last()) {
      return true;
    }
    for (int i = 0; i + 1 < runs.size(); i++) {
      if (runs.get(i).id() == run) {
        return sequence <= runs.get(i + 1).begun();
      }
    }
    return false;
  }

  void read(CodedInputStream in) throws IOException {
    server = in.readStringRequireUtf8();
    int count = in.readInt32();
    for (int i = 0; i < count; i++) {
      runs.add(new Run(in.readFixed64(), in.readInt64()));
    }
  }

  void write(CodedOutputStream out) throws IOException {
    out.writeStringNoTag(server);
    out.writeInt32NoTag(runs.size());
    for (Run each : runs) {
      out.writeFixed64NoTag(each.id());
      out.writeInt64NoTag(each.begun());
    }
  }
}
