package dev.kryonix.tenant.suggest;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.catalog.Sector;
import dev.kryonix.tenant.suggest.Clue.Strength;
import dev.kryonix.tenant.suggest.Lexicon.Cue;
import dev.kryonix.tenant.suggest.Lexicon.Idiom;
import dev.kryonix.tenant.suggest.Lexicon.Language;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Reads the lexicon and holds it against the catalogue. What does not fit stops the start and is
 * named by its path.
 */
final class LexiconReader {
  private static final String RESOURCE = "/kryonix/lexicon.yaml";

  /** Beginnings of fewer letters would match half of a dictionary. */
  private static final int SHORTEST_BEGINNING = 3;

  private static final Pattern TERM = Pattern.compile("[a-z]+\\*?( [a-z]+\\*?)*");

  private final Catalog catalog;
  private final Spelling spelling = new Spelling();

  private LexiconReader(Catalog catalog) {
    this.catalog = catalog;
  }

  static Lexicon readBuiltIn(Catalog catalog) {
    try (InputStream yaml = LexiconReader.class.getResourceAsStream(RESOURCE)) {
      if (yaml == null) {
        throw new IllegalStateException("the class path has no " + RESOURCE);
      }
      return read(yaml, catalog);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Lexicon read(InputStream yaml, Catalog catalog) {
    Object document = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return new LexiconReader(catalog).read(new LexiconNode("lexicon", document));
  }

  private Lexicon read(LexiconNode root) {
    Phrases<Measure.Unit> units = new Phrases<>();
    Map<String, Measure> measures = measures(root.get("measures"), units);
    Lexicon lexicon =
        new Lexicon(
            clues(root),
            idioms(root.get("idioms")),
            spelling,
            cues(root.get("negation")),
            languages(root.get("languages")),
            measures,
            units,
            numerals(root));
    terms(root.get("lookalikes")).forEach(phrase -> spelling.learn(phrase, false));
    return lexicon;
  }

  private Phrases<Clue> clues(LexiconNode root) {
    Phrases<Clue> clues = new Phrases<>();
    Set<String> sectors = catalog.sectors().keySet();
    Set<String> plans = catalog.plans().keySet();
    root.get("sectors")
        .entriesForAll(sectors)
        .forEach((name, node) -> add(clues, node, new Target.OfSector(name)));
    root.get("modules")
        .entriesForAll(catalog.modules().keySet())
        .forEach((name, node) -> add(clues, node, new Target.OfModule(name)));
    root.get("plans")
        .entriesForAll(plans)
        .forEach((name, node) -> add(clues, node, new Target.OfPlan(name)));
    root.get("sizes")
        .entriesForAll(plans)
        .forEach((name, node) -> add(clues, node, new Target.OfSize(name)));
    root.get("words")
        .entriesForAll(subjects())
        .forEach(
            (subject, values) ->
                values
                    .entriesForAll(values(subject))
                    .forEach((value, node) -> add(clues, node, new Target.OfWord(subject, value))));
    root.get("compliance")
        .entriesForAll(Lexicon.REGIMES)
        .forEach((name, node) -> add(clues, node, new Target.OfRegime(name)));
    root.get("regimes_of")
        .entriesOf(sectors)
        .forEach((name, node) -> add(clues, node, new Target.OfData(name)));
    return clues;
  }

  private void add(Phrases<Clue> clues, LexiconNode node, Target target) {
    Set<Phrase> seen = new HashSet<>();
    for (LexiconNode terms : node.entries().values()) {
      Clue clue = new Clue(target, strength(terms));
      boolean worthGuessing = clue.strength() != Strength.WEAK;
      for (Phrase phrase : learnt(terms, worthGuessing)) {
        if (!seen.add(phrase)) {
          throw new IllegalArgumentException(
              "%s: the term '%s' stands twice".formatted(node.path(), phrase.inWords()));
        }
        clues.add(phrase, clue);
      }
    }
  }

  private static Strength strength(LexiconNode node) {
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

  private Map<String, Measure> measures(LexiconNode node, Phrases<Measure.Unit> units) {
    Map<String, Measure> measures = new LinkedHashMap<>();
    Set<String> names = node.entries().keySet();
    node.entries()
        .forEach(
            (name, measure) -> {
              measures.put(name, measure(name, measure, names));
              learnt(measure.get("units"), true)
                  .forEach(phrase -> units.add(phrase, new Measure.Unit(name, false)));
              learnt(measure.get("of"), false)
                  .forEach(phrase -> units.add(phrase, new Measure.Unit(name, true)));
            });
    return measures;
  }

  private Measure measure(String name, LexiconNode node, Set<String> names) {
    LexiconNode withPeriod = node.get("with_period");
    if (withPeriod.isPresent() && !names.contains(withPeriod.text())) {
      throw withPeriod.wrong("a measure");
    }
    return new Measure(
        name,
        upto(node.get("upto")),
        node.get("per_day").flag(),
        withPeriod.isPresent() ? Optional.of(withPeriod.text()) : Optional.empty());
  }

  /** A bound for each plan but the last, rising as the plans do. */
  private Map<String, Integer> upto(LexiconNode node) {
    List<String> plans = new ArrayList<>(catalog.plans().keySet());
    Map<String, Integer> upto = new LinkedHashMap<>();
    node.entriesForAll(plans.subList(0, plans.size() - 1));
    int before = 0;
    for (String plan : plans.subList(0, plans.size() - 1)) {
      int bound = node.get(plan).integer();
      if (bound <= before) {
        throw new IllegalArgumentException(node.path() + " should rise with the plans");
      }
      upto.put(plan, bound);
      before = bound;
    }
    return upto;
  }

  private Numerals numerals(LexiconNode root) {
    LexiconNode numbers = root.get("numbers");
    Phrases<Double> periods = new Phrases<>();
    for (LexiconNode period : root.get("periods").entries().values()) {
      double days = period.get("days").number();
      learnt(period.get("terms"), false).forEach(phrase -> periods.add(phrase, days));
    }
    return new Numerals(
        amounts(numbers.get("units")),
        amounts(numbers.get("multipliers")),
        all(numbers.get("more_than")),
        all(numbers.get("stops")),
        all(numbers.get("money")),
        periods);
  }

  private static Map<String, Integer> amounts(LexiconNode node) {
    Map<String, Integer> amounts = new LinkedHashMap<>();
    node.entries().forEach((name, amount) -> amounts.put(name, amount.integer()));
    return amounts;
  }

  private Phrases<Boolean> all(LexiconNode node) {
    Phrases<Boolean> phrases = new Phrases<>();
    learnt(node, false).forEach(phrase -> phrases.add(phrase, true));
    return phrases;
  }

  private Phrases<Cue> cues(LexiconNode node) {
    Phrases<Cue> cues = new Phrases<>();
    Map.of(
            "cues", Cue.NEGATION,
            "nor", Cue.NOR,
            "instead", Cue.INSTEAD,
            "english", Cue.ENGLISH_NEGATION,
            "without", Cue.WITHOUT,
            "not_cues", Cue.NO_NEGATION,
            "undo", Cue.UNDO,
            "yet", Cue.YET,
            "but", Cue.BUT,
            "statements", Cue.STATEMENT)
        .forEach((name, cue) -> terms(node.get(name)).forEach(phrase -> cues.add(phrase, cue)));
    terms(node.get("openers")).forEach(phrase -> cues.add(phrase, Cue.OPENER));
    terms(node.get("and")).forEach(phrase -> cues.add(phrase, Cue.AND));
    return cues;
  }

  private static Map<String, Language> languages(LexiconNode node) {
    Map<String, Language> languages = new HashMap<>();
    node.get("english").terms().forEach(word -> languages.put(word, Language.ENGLISH));
    node.get("portuguese").terms().forEach(word -> languages.put(word, Language.PORTUGUESE));
    return languages;
  }

  private static Phrases<Idiom> idioms(LexiconNode node) {
    Phrases<Idiom> idioms = new Phrases<>();
    for (String written : node.terms()) {
      List<String> words = List.of(written.split(" "));
      List<String> opening = words.stream().filter(word -> word.startsWith("[")).toList();
      List<String> closing = words.stream().filter(word -> word.endsWith("]")).toList();
      if (opening.size() != 1 || closing.size() != 1) {
        throw new IllegalArgumentException(
            "%s: '%s' needs one pair of brackets".formatted(node.path(), written));
      }
      idioms.add(
          phrase(node, written.replace("[", "").replace("]", "")),
          new Idiom(words.indexOf(opening.getFirst()), words.indexOf(closing.getFirst())));
    }
    return idioms;
  }

  /** The terms, whose words the spelling then knows, and may take others for. */
  private List<Phrase> learnt(LexiconNode node, boolean worthGuessing) {
    List<Phrase> phrases = terms(node).toList();
    phrases.forEach(phrase -> spelling.learn(phrase, worthGuessing && phrase.words().size() == 1));
    return phrases;
  }

  private static Stream<Phrase> terms(LexiconNode node) {
    return node.terms().stream().map(written -> phrase(node, written));
  }

  private static Phrase phrase(LexiconNode node, String written) {
    Phrase phrase = Phrase.parse(written);
    boolean tooShort =
        phrase.words().stream()
            .anyMatch(stem -> stem.open() && stem.letters().length() < SHORTEST_BEGINNING);
    if (!TERM.matcher(written).matches() || tooShort) {
      throw new IllegalArgumentException(
          ("%s: '%s' is no term: plain lower-case words, with * behind %d letters at" + " least")
              .formatted(node.path(), written, SHORTEST_BEGINNING));
    }
    return phrase;
  }
}
