package dev.kryonix.tenant.suggest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Phrases by their first word, so that each token of a text is looked up once and not compared with
 * every phrase.
 *
 * @param <T> what a phrase means
 */
final class Phrases<T> {
  private final Map<String, List<Entry<T>>> whole = new HashMap<>();
  private final Map<String, List<Entry<T>>> open = new HashMap<>();

  private record Entry<T>(Phrase phrase, T meaning) {}

  /**
   * A phrase that was found.
   *
   * @param phrase the phrase
   * @param meaning what it means
   * @param first the place of its first word
   * @param last the place of its last word
   */
  record Hit<T>(Phrase phrase, T meaning, int first, int last) {}

  void add(Phrase phrase, T meaning) {
    Stem first = phrase.words().getFirst();
    (first.open() ? open : whole)
        .computeIfAbsent(first.letters(), letters -> new ArrayList<>())
        .add(new Entry<>(phrase, meaning));
  }

  /** The phrases that begin at that token. */
  List<Hit<T>> at(Text text, int first) {
    String word = text.token(first).word();
    if (word.isEmpty()) {
      return List.of();
    }
    List<Hit<T>> hits = new ArrayList<>();
    collect(whole.get(word), text, first, hits);
    for (int length = 1; length <= word.length(); length++) {
      collect(open.get(word.substring(0, length)), text, first, hits);
    }
    return hits;
  }

  /** All phrases in the text, in the order of their first words. */
  List<Hit<T>> in(Text text) {
    List<Hit<T>> hits = new ArrayList<>();
    for (int i = 0; i < text.size(); i++) {
      hits.addAll(at(text, i));
    }
    return hits;
  }

  /** The phrases themselves. */
  Stream<Phrase> phrases() {
    return Stream.concat(whole.values().stream(), open.values().stream())
        .flatMap(List::stream)
        .map(Entry::phrase);
  }

  private static <T> void collect(
      @Nullable List<Entry<T>> entries, Text text, int first, List<Hit<T>> hits) {
    if (entries == null) {
      return;
    }
    for (Entry<T> entry : entries) {
      int last = entry.phrase().end(text, first);
      if (last >= 0) {
        hits.add(new Hit<>(entry.phrase(), entry.meaning(), first, last));
      }
    }
  }
}
