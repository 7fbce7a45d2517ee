package dev.kryonix.gateway.transcode;

import com.google.protobuf.Descriptors.Descriptor;
import dev.kryonix.gateway.route.MalformedPathException;
import dev.kryonix.gateway.route.Percent;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Sets the fields that a query string names, by dotted paths; a repeated field takes a repeated
 * parameter.
 */
final class QueryParameters {
  private static final int MOST = 1000;

  private QueryParameters() {}

  /** Reads a raw query. A field that the path or the body binds cannot be named. */
  static void read(String query, Descriptor type, TextFields into, List<FieldPath> bound) {
    if (query.isEmpty()) {
      return;
    }
    Set<FieldPath> seen = new HashSet<>();
    String[] parameters = query.split("&", MOST + 1);
    if (parameters.length > MOST) {
      throw TranscodeErrors.value("query", "more than " + MOST + " parameters");
    }
    for (String parameter : parameters) {
      if (parameter.isEmpty()) {
        continue;
      }
      int equals = parameter.indexOf('=');
      String name = decode(equals < 0 ? parameter : parameter.substring(0, equals));
      String value = equals < 0 ? "" : decode(parameter.substring(equals + 1));
      into.put(find(name, type, bound, seen), name, value);
    }
  }

  private static FieldPath find(
      String name, Descriptor type, List<FieldPath> bound, Set<FieldPath> seen) {
    Optional<FieldPath> found = FieldPath.find(type, name);
    if (found.isEmpty()) {
      throw TranscodeErrors.unknownParameter(name, type.getFullName());
    }
    FieldPath path = found.get();
    if (bound.stream().anyMatch(path::startsWith)) {
      throw TranscodeErrors.value(
          name, "stands in the path or the body, and cannot be a query parameter");
    }
    if (!path.takesText()) {
      throw TranscodeErrors.value(
          name, "cannot be given as a query parameter; name a field inside it");
    }
    if (!seen.add(path) && !path.last().isRepeated()) {
      throw TranscodeErrors.value(name, "given twice");
    }
    return path;
  }

  private static String decode(String text) {
    try {
      return Percent.decodeQuery(text);
    } catch (MalformedPathException e) {
      throw TranscodeErrors.value("query", String.valueOf(e.getMessage()));
    }
  }
}
