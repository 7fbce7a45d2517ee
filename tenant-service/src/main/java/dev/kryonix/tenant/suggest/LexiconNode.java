package dev.kryonix.tenant.suggest;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value in the lexicon's YAML together with its path, so that a wrong one is named. */
record LexiconNode(String path, @Nullable Object value) {
  boolean isPresent() {
    return value != null;
  }

  LexiconNode get(String key) {
    return new LexiconNode(path + "." + key, map().get(key));
  }

  /** The values of a map, in the file's order. */
  Map<String, LexiconNode> entries() {
    Map<String, LexiconNode> entries = new LinkedHashMap<>();
    map()
        .forEach(
            (key, each) -> {
              if (!(key instanceof String name)) {
                throw wrong("a map with texts as keys; quote " + key);
              }
              entries.put(name, new LexiconNode(path + "." + name, each));
            });
    return entries;
  }

  /** The same, where the keys must be names of the catalogue. */
  Map<String, LexiconNode> entriesOf(Collection<String> known) {
    Map<String, LexiconNode> entries = entries();
    for (LexiconNode entry : entries.values()) {
      if (!known.contains(entry.name())) {
        throw new IllegalArgumentException(
            "%s is not in the catalogue; there are %s"
                .formatted(entry.path, String.join(", ", known)));
      }
    }
    return entries;
  }

  /** The same, where each of those names must have an entry. */
  Map<String, LexiconNode> entriesForAll(Collection<String> known) {
    Map<String, LexiconNode> entries = entriesOf(known);
    for (String name : known) {
      if (!entries.containsKey(name)) {
        throw new IllegalArgumentException("%s has no %s".formatted(path, name));
      }
    }
    return entries;
  }

  /** A list of terms. */
  List<String> terms() {
    if (!(value instanceof List<?> list)) {
      throw wrong("a list");
    }
    return list.stream()
        .map(
            each -> {
              if (!(each instanceof String text)) {
                throw wrong("a list of texts; quote " + each);
              }
              return text;
            })
        .toList();
  }

  String name() {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  String text() {
    if (!(value instanceof String text)) {
      throw wrong("text");
    }
    return text;
  }

  int integer() {
    if (!(value instanceof Integer number) || number < 0) {
      throw wrong("a whole number");
    }
    return number;
  }

  double number() {
    if (!(value instanceof Number number) || number.doubleValue() <= 0) {
      throw wrong("a number over 0");
    }
    return number.doubleValue();
  }

  boolean flag() {
    if (value == null) {
      return false;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrong("true or false");
    }
    return flag;
  }

  IllegalArgumentException wrong(String wanted) {
    return new IllegalArgumentException(path + " should be " + wanted + ", not " + value);
  }

  private Map<?, ?> map() {
    if (!(value instanceof Map<?, ?> map)) {
      throw wrong("a map");
    }
    return map;
  }
}
