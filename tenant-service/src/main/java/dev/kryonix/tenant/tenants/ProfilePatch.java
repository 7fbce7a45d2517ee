package dev.kryonix.tenant.tenants;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Message;
import dev.kryonix.api.tenant.v1.Limits;
import dev.kryonix.kit.errors.CommonErrors;
import dev.kryonix.kit.errors.ServiceException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * New values for some fields of a profile.
 *
 * @param values the new values
 * @param paths the fields that take them, in proto spelling
 */
public record ProfilePatch(Profile values, List<String> paths) {
  private static final String LABELS = "labels.";
  private static final String WORDS = "words.";
  private static final String OVERRIDES = "overrides.";
  private static final int MOST_ENTRIES = 64;

  /** What a tenant's own callers may not change. */
  private static final Set<String> PLATFORM_PATHS =
      Set.of("plan", "modules", "overrides", "region", "compliance");

  private static final Set<String> IMMUTABLE_PATHS =
      Set.of(
          "id",
          "uid",
          "limits",
          "state",
          "state_reason",
          "cell",
          "revision",
          "etag",
          "generation",
          "create_time",
          "update_time",
          "active_time",
          "delete_time",
          "purge_time",
          "conditions");

  public ProfilePatch {
    paths = List.copyOf(paths);
    if (paths.isEmpty()) {
      throw CommonErrors.invalidField("update_mask", "must name at least one field");
    }
  }

  /** Refuses paths that are the platform's to change. */
  void requireTenantPathsOnly() {
    for (String path : paths) {
      // What is within such a field is the platform's as well.
      if (PLATFORM_PATHS.contains(path.split("\\.", 2)[0])) {
        throw TenantErrors.platformOnly(path);
      }
    }
  }

  Profile apply(Profile current) {
    Profile result = current;
    for (String path : paths) {
      result = apply(result, path);
    }
    return result;
  }

  private Profile apply(Profile to, String path) {
    return switch (path) {
      case "display_name" -> to.withDisplayName(values.displayName());
      case "sector" -> to.withSector(values.sector());
      case "plan" -> to.withPlan(values.plan());
      case "modules" -> to.withModules(values.modules());
      case "region" -> to.withRegion(required(values.region()));
      case "labels" -> to.withLabels(values.labels());
      case "compliance" -> to.withCompliance(values.compliance());
      case "mobile_preference" -> to.withPreference(values.preference());
      case "words" -> to.withWords(values.words());
      case "overrides" -> to.withOverrides(values.overrides());
      default -> applyEntry(to, path);
    };
  }

  private Profile applyEntry(Profile to, String path) {
    if (path.startsWith(LABELS)) {
      return to.withLabels(
          bounded("labels", entry(to.labels(), values.labels(), path.substring(LABELS.length()))));
    }
    if (path.startsWith(WORDS)) {
      return to.withWords(
          bounded("words", entry(to.words(), values.words(), path.substring(WORDS.length()))));
    }
    if (path.startsWith(OVERRIDES)) {
      return to.withOverrides(
          (Limits)
              within(to.overrides(), values.overrides(), path, path.substring(OVERRIDES.length())));
    }
    if (IMMUTABLE_PATHS.contains(path)) {
      throw TenantErrors.immutable(path);
    }
    throw noField(path);
  }

  /** The message with what the rest of the path names as in the other. */
  private static Message within(Message to, Message other, String path, String rest) {
    String[] names = rest.split("\\.", 2);
    FieldDescriptor field = to.getDescriptorForType().findFieldByName(names[0]);
    if (field == null || (names.length > 1 && field.getJavaType() != JavaType.MESSAGE)) {
      throw noField(path);
    }
    Object value =
        names.length == 1
            ? other.getField(field)
            : within((Message) to.getField(field), (Message) other.getField(field), path, names[1]);
    return to.toBuilder().setField(field, value).build();
  }

  private static ServiceException noField(String path) {
    return CommonErrors.invalidField("update_mask", "a tenant has no field '" + path + "'");
  }

  /** The map with one entry as in the other, or without it when the other has none. */
  private static SortedMap<String, String> entry(
      SortedMap<String, String> map, SortedMap<String, String> other, String key) {
    SortedMap<String, String> result = new TreeMap<>(map);
    String value = other.get(key);
    if (value == null) {
      result.remove(key);
    } else {
      result.put(key, value);
    }
    return result;
  }

  /** The contract bounds the map in a request; entry by entry it could outgrow that. */
  private static SortedMap<String, String> bounded(String field, SortedMap<String, String> map) {
    if (map.size() > MOST_ENTRIES) {
      throw CommonErrors.invalidField(
          "tenant." + field, "must have at most " + MOST_ENTRIES + " entries");
    }
    return map;
  }

  private static String required(String region) {
    if (region.isEmpty()) {
      throw CommonErrors.invalidField("tenant.region", "must not be empty");
    }
    return region;
  }
}
