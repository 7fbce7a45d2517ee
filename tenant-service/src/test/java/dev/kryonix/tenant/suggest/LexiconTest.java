package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.catalog.Catalog;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lexicon against the catalogue: what does not fit is named by its path. */
final class LexiconTest {
  private final Catalog catalog = Catalog.builtIn();

  @Test
  void theBuiltInLexiconFitsTheCatalogue() {
    assertThatCode(() -> Lexicon.builtIn(catalog)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\\n  varejo:|\\n  moda:|lexicon.sectors.moda is not in the catalogue; there are medicina, imobiliaria, educacao, varejo",
        "  pro: {strong: [plano pro,|  # pro: {strong: [plano pro,|lexicon.plans has no pro",
        "    pacientes: {strong|    doentes: {strong|lexicon.words.clients.doentes is not in the catalogue; there are alunos, clientes, pacientes",
        "  hipaa: {|  ccpa: {|lexicon.compliance.ccpa is not in the catalogue; there are lgpd, gdpr, hipaa",
        "strong: [crm,|strong: [gestão,|lexicon.modules.crm.strong: 'gestão' is no term: plain lower-case words, with * behind 3 letters at least",
        "strong: [crm,|strong: [cr*,|lexicon.modules.crm.strong: 'cr*' is no term: plain lower-case words, with * behind 3 letters at least",
        "strong: [crm,|strong: [crm, crm,|lexicon.modules.crm: the term 'crm' stands twice",
        "strong: [crm,|certain: [crm,|lexicon.modules.crm.certain should be called strong, fair or weak",
        "strong: [crm,|strong: [on,|lexicon.modules.crm.strong[] should be a text; quote other values, not true",
        "upto: {basic: 10, pro: 100}|upto: {basic: 10, pro: 10}|lexicon.measures.people.upto should rise with the plans",
        "upto: {basic: 10, pro: 100}|upto: {basic: 10}|lexicon.measures.people.upto has no pro",
        "with_period: transactions|with_period: visits|lexicon.measures.people.with_period should be a measure, not visits",
        "'\"faculdade* [medicina]\"'|'\"faculdade* medicina\"'|lexicon.idioms: 'faculdade* medicina' needs one pair of brackets"
      })
  void whatDoesNotFitStopsTheStart(String written, String instead, String message)
      throws IOException {
    String from = written.replace("\\n", "\n");
    String yaml = builtIn();
    assertThat(yaml).contains(from);
    String broken =
        yaml.substring(0, yaml.indexOf(from))
            + instead.replace("\\n", "\n")
            + yaml.substring(yaml.indexOf(from) + from.length());

    assertThatThrownBy(() -> read(broken)).hasMessageStartingWith(message);
  }

  private void read(String yaml) {
    LexiconReader.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8)), catalog);
  }

  private static String builtIn() throws IOException {
    try (InputStream yaml =
        Objects.requireNonNull(LexiconTest.class.getResourceAsStream("/kryonix/lexicon.yaml"))) {
      return new String(yaml.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
