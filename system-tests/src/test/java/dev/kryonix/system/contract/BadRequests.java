package dev.kryonix.system.contract;

import build.buf.validate.DurationRules;
import build.buf.validate.FieldRules;
import build.buf.validate.Ignore;
import build.buf.validate.MapRules;
import build.buf.validate.RepeatedRules;
import build.buf.validate.StringRules;
import build.buf.validate.ValidateProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Requests that each break one rule of one field: empty, too long, of the wrong alphabet, out of
 * range, twice the same, too many, an enum value that there is not. They come from the rules in the
 * contracts, so a new field is tried as soon as it is there.
 */
public final class BadRequests {
  private static final int NO_ENUM_VALUE = 9999;
  private static final List<String> ODD_TEXTS =
      List.of("NÃO É ISSO!", "../../etc/passwd", "' OR 1=1 --", "a\u0000b", "zero\u200bwidth");

  private final List<BadRequest> requests = new ArrayList<>();

  private BadRequests() {}

  /**
   * A request that must be refused.
   *
   * @param field the path of the field that is wrong
   * @param what what is wrong with it
   * @param message the request
   */
  public record BadRequest(String field, String what, DynamicMessage message) {}

  /** The bad requests that come of a good one. */
  public static List<BadRequest> of(DynamicMessage good) {
    BadRequests all = new BadRequests();
    all.each(good.getDescriptorForType(), new Place(List.of(), good));
    return all.requests;
  }

  /** Where in the request a message stands that is being spoilt. */
  private record Place(List<FieldDescriptor> parents, DynamicMessage request) {
    Place in(FieldDescriptor field) {
      return new Place(Stream.concat(parents.stream(), Stream.of(field)).toList(), request);
    }

    BadRequest with(FieldDescriptor field, String what, Object value) {
      String path =
          String.join(
              ".",
              Stream.concat(parents.stream(), Stream.of(field))
                  .map(FieldDescriptor::getName)
                  .toList());
      return new BadRequest(path, what, put(request, 0, field, value));
    }

    private DynamicMessage put(Message into, int depth, FieldDescriptor field, Object value) {
      DynamicMessage.Builder builder =
          DynamicMessage.newBuilder(into.getDescriptorForType()).mergeFrom(into);
      if (depth == parents.size()) {
        return builder.clearField(field).setField(field, value).build();
      }
      FieldDescriptor parent = parents.get(depth);
      Message child = (Message) builder.getField(parent);
      return builder.setField(parent, put(child, depth + 1, field, value)).build();
    }
  }

  private void each(Descriptor type, Place place) {
    for (FieldDescriptor field : type.getFields()) {
      FieldRules rules = field.getOptions().getExtension(ValidateProto.field);
      if (field.isMapField()) {
        map(place, field, rules.getMap());
      } else if (field.isRepeated()) {
        repeated(place, field, rules.getRepeated());
      } else {
        values(field, rules).forEach((what, value) -> requests.add(place.with(field, what, value)));
        boolean ours =
            field.getJavaType() == JavaType.MESSAGE
                && field.getMessageType().getFile().getPackage().startsWith("kryonix.");
        if (ours && !place.parents().contains(field)) {
          each(field.getMessageType(), place.in(field));
        }
      }
    }
  }

  private void repeated(Place place, FieldDescriptor field, RepeatedRules rules) {
    values(field, rules.getItems())
        .forEach((what, value) -> requests.add(place.with(field, what, List.of(value))));
    Object good = SmallestRequest.item(field);
    if (rules.getUnique()) {
      requests.add(place.with(field, "twice the same", List.of(good, good)));
    }
    if (rules.hasMaxItems()) {
      requests.add(
          place.with(
              field,
              "too many",
              Stream.generate(() -> good).limit(rules.getMaxItems() + 1).toList()));
    }
    if (rules.getMinItems() > 0) {
      requests.add(place.with(field, "none", List.of()));
    }
  }

  private void map(Place place, FieldDescriptor field, MapRules rules) {
    FieldDescriptor key = field.getMessageType().findFieldByName("key");
    FieldDescriptor value = field.getMessageType().findFieldByName("value");
    values(key, rules.getKeys())
        .forEach(
            (what, bad) ->
                requests.add(
                    place.with(
                        field,
                        "a key " + what,
                        List.of(pair(field, bad, SmallestRequest.item(value))))));
    values(value, rules.getValues())
        .forEach(
            (what, bad) ->
                requests.add(
                    place.with(field, "a value " + what, List.of(pair(field, "key", bad)))));
    if (rules.hasMaxPairs()) {
      requests.add(
          place.with(
              field,
              "too many",
              IntStream.rangeClosed(0, Math.toIntExact(rules.getMaxPairs()))
                  .mapToObj(i -> pair(field, "key" + i, SmallestRequest.item(value)))
                  .toList()));
    }
  }

  private static DynamicMessage pair(FieldDescriptor map, Object key, Object value) {
    return DynamicMessage.newBuilder(map.getMessageType())
        .setField(map.getMessageType().findFieldByName("key"), key)
        .setField(map.getMessageType().findFieldByName("value"), value)
        .build();
  }

  /** Bad values of one field, by what is wrong with them. */
  private static Map<String, Object> values(FieldDescriptor field, FieldRules rules) {
    Map<String, Object> values = new LinkedHashMap<>();
    switch (field.getJavaType()) {
      case STRING -> texts(rules, values);
      case INT -> {
        if (rules.getInt32().hasGte()) {
          values.put("too small", rules.getInt32().getGte() - 1);
        }
        if (rules.getInt32().hasLte()) {
          values.put("too large", rules.getInt32().getLte() + 1);
        }
      }
      case LONG -> {
        if (rules.getInt64().hasGte()) {
          values.put("too small", rules.getInt64().getGte() - 1);
        }
      }
      case ENUM -> {
        if (rules.getEnum().getDefinedOnly()) {
          values.put(
              "unknown", field.getEnumType().findValueByNumberCreatingIfUnknown(NO_ENUM_VALUE));
        }
        rules
            .getEnum()
            .getNotInList()
            .forEach(
                number -> values.put("excluded", field.getEnumType().findValueByNumber(number)));
      }
      case MESSAGE -> {
        if (rules.hasDuration()) {
          durations(field, rules.getDuration(), values);
        }
        if (rules.getTimestamp().getGtNow()) {
          values.put("past", seconds(field, 1));
        }
      }
      case BYTE_STRING, BOOLEAN, DOUBLE, FLOAT -> {}
    }
    return values;
  }

  private static void texts(FieldRules rules, Map<String, Object> values) {
    StringRules text = rules.getString();
    if (rules.getIgnore() != Ignore.IGNORE_IF_ZERO_VALUE && !SmallestRequest.fits("", text)) {
      values.put("empty", "");
    }
    long longest = text.hasMaxLen() ? text.getMaxLen() : 4096;
    String tooLong = "a".repeat(Math.toIntExact(longest) + 1);
    if (!SmallestRequest.fits(tooLong, text)) {
      values.put("too long", tooLong);
    }
    for (String odd : ODD_TEXTS) {
      if (odd.contains("\u0000") || !SmallestRequest.fits(odd, text)) {
        values.put("'" + odd.replace("\u0000", "\\0") + "'", odd);
      }
    }
  }

  private static void durations(
      FieldDescriptor field, DurationRules rules, Map<String, Object> values) {
    if (rules.hasGte()) {
      values.put("too short", seconds(field, rules.getGte().getSeconds() - 1));
    }
    if (rules.hasLte()) {
      values.put("too long", seconds(field, rules.getLte().getSeconds() + 1));
    }
  }

  private static DynamicMessage seconds(FieldDescriptor field, long seconds) {
    return DynamicMessage.newBuilder(field.getMessageType())
        .setField(field.getMessageType().findFieldByName("seconds"), seconds)
        .build();
  }
}
