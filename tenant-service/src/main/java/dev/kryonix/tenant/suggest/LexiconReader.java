package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.kit.yaml.YamlNode;
import dev.kryonix.tenant.suggest.Clue.Strength;
import dev.kryonix.tenant.suggest.Lexicon.Cue;
import dev.kryonix.tenant.suggest.Lexicon.Idiom;
import dev.kryonix.tenant.suggest.Lexicon.Language;
import java.io.InputStream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the lexicon and holds it against the catalogue. What does not fit stops the start and is
 * named by its path.
 */
final class LexiconReader {
  private static final String NAME = "lexicon";
  private static final String RESOURCE = "/kryonix/lexicon.yaml";

  private final Catalog catalog;
  private final Terms terms = new Terms();

  private LexiconReader(Catalog catalog) {
    this.catalog = catalog;
  }

  static Lexicon readBuiltIn(Catalog catalog) {
    return new LexiconReader(catalog).read(YamlNode.readResource(NAME, RESOURCE));
  }

  static Lexicon read(InputStream yaml, Catalog catalog) {
    return new LexiconReader(catalog).read(YamlNode.read(NAME, yaml));
  }

  private Lexicon read(YamlNode root) {
    NumbersReader numbers = new NumbersReader(terms, List.copyOf(catalog.plans().keySet()));
    Lexicon lexicon =
        new Lexicon(
            clues(root),
            idioms(root.get("idioms")),
            terms.spelling(),
            cues(root.get("negation")),
            languages(root.get("languages")),
            numbers.measures(root.get("measures")),
            numbers.units(root.get("measures")),
            numbers.numerals(root));
    terms.known(root.get("lookalikes"));
    return lexicon;
  }

  private Phrases<Clue> clues(YamlNode root) {
    Phrases<Clue> clues = new Phrases<>();
    Set<String> sectors = catalog.sectors().keySet();
    Set<String> plans = catalog.plans().keySet();
    CatalogNames.all(root.get("sectors"), sectors)
        .forEach((name, node) -> add(clues, node, new Target.OfSector(name)));
    CatalogNames.all(root.get("modules"), catalog.modules().keySet())
        .forEach((name, node) -> add(clues, node, new Target.OfModule(name)));
    CatalogNames.all(root.get("plans"), plans)
        .forEach((name, node) -> add(clues, node, new Target.OfPlan(name)));
    CatalogNames.all(root.get("sizes"), plans)
        .forEach((name, node) -> add(clues, node, new Target.OfSize(name)));
    CatalogNames.all(root.get("words"), subjects())
        .forEach(
            (subject, values) ->
                CatalogNames.all(values, values(subject))
                    .forEach((value, node) -> add(clues, node, new Target.OfWord(subject, value))));
    CatalogNames.all(root.get("compliance"), Lexicon.REGIMES)
        .forEach((name, node) -> add(clues, node, new Target.OfRegime(name)));
    CatalogNames.some(root.get("regimes_of"), sectors)
        .forEach((name, node) -> add(clues, node, new Target.OfData(name)));
    return clues;
  }

  private void add(Phrases<Clue> clues, YamlNode node, Target target) {
    Set<Phrase> seen = new HashSet<>();
    for (YamlNode list : node.entries().values()) {
      Clue clue = new Clue(target, strength(list));
      boolean weak = clue.strength() == Strength.WEAK;
      for (Phrase phrase : weak ? terms.known(list) : terms.guessed(list)) {
        if (!seen.add(phrase)) {
          throw new IllegalArgumentException(
              "%s: the term '%s' stands twice".formatted(node.path(), phrase.inWords()));
        }
        clues.add(phrase, clue);
      }
    }
  }

  private static Strength strength(YamlNode node) {
    return switch (node.name()) {
      case "strong" -> Strength.STRONG;
      case "fair" -> Strength.FAIR;
      case "weak" -> Strength.WEAK;
      default ->
          throw new IllegalArgumentException(
              node.path() + " should be called strong, fair or weak");
    };
  }

  private Set<String> subjects() {
    Set<String> subjects = new TreeSet<>();
    catalog.sectors().values().forEach(sector -> subjects.addAll(sector.words().keySet()));
    return subjects;
  }

  private Set<String> values(String subject) {
    Set<String> values = new TreeSet<>();
    for (Sector sector : catalog.sectors().values()) {
      Optional.ofNullable(sector.words().get(subject)).ifPresent(values::add);
    }
    return values;
  }

  private static Phrases<Cue> cues(YamlNode node) {
    Phrases<Cue> cues = new Phrases<>();
    Map<String, Cue> known = new LinkedHashMap<>();
    for (Cue cue : Cue.values()) {
      known.put(cue.name().toLowerCase(Locale.ROOT), cue);
    }
    known.remove("none");
    known.forEach(
        (name, cue) -> Terms.plain(node.get(name)).forEach(phrase -> cues.add(phrase, cue)));
    return cues;
  }

  private static Map<String, Language> languages(YamlNode node) {
    Map<String, Language> languages = new HashMap<>();
    node.get("english")
        .listOf(YamlNode::text)
        .forEach(word -> languages.put(word, Language.ENGLISH));
    node.get("portuguese")
        .listOf(YamlNode::text)
        .forEach(word -> languages.put(word, Language.PORTUGUESE));
    return languages;
  }

  private static Phrases<Idiom> idioms(YamlNode node) {
    Phrases<Idiom> idioms = new Phrases<>();
    for (String written : node.listOf(YamlNode::text)) {
      List<String> words = List.of(written.split(" "));
      List<String> opening = words.stream().filter(word -> word.startsWith("[")).toList();
      List<String> closing = words.stream().filter(word -> word.endsWith("]")).toList();
      if (opening.size() != 1 || closing.size() != 1) {
        throw new IllegalArgumentException(
            "%s: '%s' needs one pair of brackets".formatted(node.path(), written));
      }
      idioms.add(
          Terms.term(node, written.replace("[", "").replace("]", "")),
          new Idiom(words.indexOf(opening.getFirst()), words.indexOf(closing.getFirst())));
    }
    return idioms;
  }
}
