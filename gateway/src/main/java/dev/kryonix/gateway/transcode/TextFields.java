package dev.kryonix.gateway.transcode;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.OneofDescriptor;
import dev.kryonix.gateway.codec.Codecs;
import dev.kryonix.gateway.codec.WireIn;
import dev.kryonix.gateway.codec.WireOut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds fields given as text, in a path or a query, to a request. A field inside a message is
 * appended in a message of its own, which whoever reads the request merges with the others.
 */
final class TextFields {
  private final Codecs codecs;
  private final WireOut request;

  TextFields(Codecs codecs, WireOut request) {
    this.codecs = codecs;
    this.request = request;
  }

  /** Sets the field that the path binds; the body may say the same, but nothing else. */
  void bind(FieldPath path, String name, String text) {
    byte[] given = request.isEmpty() ? new byte[0] : request.toByteArray();
    List<byte[]> inBody = values(path.fields(), path.fields().size(), given);
    WireOut alone = new WireOut(text.length() + 16);
    parse(path, name, text, alone);
    if (!inBody.isEmpty()) {
      List<byte[]> inPath = values(path.fields(), path.fields().size(), alone.toByteArray());
      byte[] body = inBody.getLast();
      if (!isDefault(body) && !Arrays.equals(body, inPath.getLast())) {
        throw TranscodeErrors.value(name, "the path and the body give different values");
      }
    }
    put(path, name, text);
  }

  /** Sets the field, or adds to it when it is repeated. */
  void put(FieldPath path, String name, String text) {
    refuseRivals(path, name);
    parse(path, name, text, request);
  }

  /** Whether the request has a field. */
  boolean has(FieldDescriptor field) {
    return !values(List.of(field), 1, request.toByteArray()).isEmpty();
  }

  private void parse(FieldPath path, String name, String text, WireOut out) {
    int last = path.fields().size() - 1;
    int[] begun = new int[last];
    for (int i = 0; i < last; i++) {
      out.tag(path.fields().get(i).getNumber(), WireIn.LENGTH);
      begun[i] = out.begin();
    }
    try {
      codecs.parseField(path.last(), text, out);
    } catch (IllegalArgumentException e) {
      throw TranscodeErrors.value(name, String.valueOf(e.getMessage()));
    }
    for (int i = last - 1; i >= 0; i--) {
      out.end(begun[i]);
    }
  }

  /** Refuses what would replace another member of a oneof. */
  private void refuseRivals(FieldPath path, String name) {
    for (int i = 0; i < path.fields().size(); i++) {
      FieldDescriptor field = path.fields().get(i);
      OneofDescriptor choice = field.getRealContainingOneof();
      if (choice == null) {
        continue;
      }
      List<FieldDescriptor> rival = new ArrayList<>(path.fields().subList(0, i + 1));
      for (FieldDescriptor other : choice.getFields()) {
        rival.set(i, other);
        if (!other.equals(field) && !values(rival, i + 1, request.toByteArray()).isEmpty()) {
          throw TranscodeErrors.value(name, "only one of " + choice.getName() + " may be given");
        }
      }
    }
  }

  /** The values of a field that is reached through these, as they stand behind their tags. */
  private static List<byte[]> values(List<FieldDescriptor> fields, int levels, byte[] message) {
    List<byte[]> messages = List.of(message);
    for (int level = 0; level < levels; level++) {
      boolean last = level + 1 == levels;
      List<byte[]> found = new ArrayList<>();
      for (byte[] each : messages) {
        new WireIn(each).collect(fields.get(level).getNumber(), last, found);
      }
      messages = found;
    }
    return messages;
  }

  private static boolean isDefault(byte[] payload) {
    for (byte b : payload) {
      if (b != 0) {
        return false;
      }
    }
    return true;
  }
}
