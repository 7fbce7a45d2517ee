package dev.kryonix.tenant.suggest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.catalog.Catalog;
import dev.kryonix.kit.errors.ServiceException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of choosing, each by itself. */
final class SuggestionsTest {
  private final Suggestions suggestions = new Suggestions(Catalog.builtIn());

  @Test
  void nothingSaidIsRefused() {
    assertThatThrownBy(() -> suggestions.suggest(" ", "\n\t"))
        .isInstanceOf(ServiceException.class)
        .hasMessage("description: must not be empty when the sector is");
  }

  @Test
  void aSectorThatNobodyKnowsIsRefusedWithThoseThatThereAre() {
    assertThatThrownBy(() -> suggestions.suggest("foguetes", "uma clínica"))
        .isInstanceOf(ServiceException.class)
        .hasMessage(
            "sector: no sector is known as 'foguetes'; there are medicina, imobiliaria, educacao,"
                + " varejo");
  }

  @Test
  void theStatedSectorStandsAgainstTheDescription() {
    Suggested suggested = suggestions.suggest("dental clinic", "Our shops sell shoes and clothes");

    assertThat(suggested.sector().orElseThrow().value()).isEqualTo("medicina");
    assertThat(suggested.sector().orElseThrow().confidence()).isLessThan(0.5);
  }

  @Test
  void theEvidenceIsTheTextsOwnWordsAndTheRule() {
    Choice agendamento =
        module(suggest("Clínica. Preciso de AGENDAMENTO de consultas"), "agendamento");

    assertThat(agendamento.reasons())
        .contains(
            new Reason("AGENDAMENTO", "a strong sign of the module agendamento", 3),
            new Reason("", "a module of the sector medicina", 2));
  }

  @Test
  void aSlipOfThePenWeighsLessAndSaysWhatItIsReadAs() {
    assertThat(module(suggest("agendameto"), "agendamento").reasons())
        .containsExactly(
            new Reason(
                "agendameto",
                "a strong sign of the module agendamento, if it means «agendamento*»",
                2));
  }

  @Test
  void theConfidenceIsTheShareOfWhatSpeaksForItWithOneMoreAgainst() {
    // Strong against nothing: 3 of 3 + 0 + 1. Strong against fair: 3 of 3 + 2 + 1.
    assertThat(suggest("clínica").sector().orElseThrow().confidence()).isEqualTo(0.75);
    assertThat(suggest("clínica, roupas").sector().orElseThrow().confidence()).isEqualTo(0.5);
  }

  @Test
  void aRepeatedWordCountsOnce() {
    assertThat(suggest("whatsapp ".repeat(50))).isEqualTo(suggest("whatsapp "));
  }

  @Test
  void ofTwoSectorsAlikeTheFirstSpokenOfIsChosen() {
    assertThat(suggest("escola e clínica").sector().orElseThrow().value()).isEqualTo("educacao");
    assertThat(suggest("clínica e escola").sector().orElseThrow().value()).isEqualTo("medicina");
  }

  @Test
  void theWordsAreTheSectorsAndWithoutASectorTheTexts() {
    assertThat(words(suggest("Clínica; os clientes marcam sozinhos")))
        .containsExactly("clients=pacientes", "products=procedimentos", "sales=consultas");
    assertThat(words(suggest("Nossos clientes assinam contratos")))
        .containsExactly("clients=clientes", "sales=contratos");
  }

  @Test
  void dataOfHealthAreUnderTheRegimesOfTheSectorThatHandlesThem() {
    List<Choice> regimes = suggest("Farmácia que guarda dados de saúde").compliance();

    assertThat(regimes).extracting(Choice::value).containsExactly("lgpd", "hipaa");
    assertThat(regimes.getLast().reasons())
        .extracting(Reason::quote)
        .containsExactly("dados de saúde");
  }

  @ParameterizedTest
  @CsvSource({
    "Escola em Lisboa, lgpd gdpr",
    "Shop in Germany under the GDPR, gdpr lgpd",
    "Escola, lgpd",
    "Restaurante em São Paulo, lgpd",
    "Restaurante, ''"
  })
  void theWhereaboutsTellTheRegime(String text, String regimes) {
    assertThat(suggest(text).compliance())
        .extracting(Choice::value)
        .containsExactlyInAnyOrder(regimes.isEmpty() ? new String[0] : regimes.split(" "));
  }

  @Test
  void theLargestNumberDecidesThePlan() {
    Choice plan = suggest("2 médicos, 3 filiais e 30.000 pacientes").plan();

    assertThat(plan.value()).isEqualTo("enterprise");
    assertThat(plan.reasons())
        .containsExactly(
            new Reason("30.000 pacientes", "clients: over the 20000 of the plan pro", 3));
  }

  @Test
  void withoutASignOfSizeThePlanIsTheSmallestAndTheConfidenceNone() {
    Choice plan = suggest("uma clínica").plan();

    assertThat(plan.value()).isEqualTo("basic");
    assertThat(plan.confidence()).isZero();
  }

  @Test
  void aRefusedPlanGivesWayToTheNextSmallerAndSaysWhy() {
    assertThat(suggest("500 funcionários, mas não queremos o plano enterprise").plan())
        .satisfies(
            plan -> {
              assertThat(plan.value()).isEqualTo("pro");
              assertThat(plan.reasons())
                  .containsExactly(
                      new Reason(
                          "plano enterprise", "refuses the plan enterprise, which would suit", 1));
            });
  }

  @Test
  void whereAllModulesAreDeniedTheFirstStays() {
    Suggested suggested = suggest("Não queremos CRM nem WhatsApp");

    assertThat(suggested.modules()).extracting(Choice::value).containsExactly("crm");
    assertThat(suggested.modules().getFirst().reasons()).extracting(Reason::quote).contains("CRM");
  }

  @Test
  void whatIsSaidLaterStandsAgainstWhatWasDeniedBefore() {
    assertThat(modules(suggest("Não usamos marketing, mas queremos marketing")))
        .contains("marketing");
    assertThat(modules(suggest("Usamos WhatsApp, mas não queremos mais WhatsApp")))
        .doesNotContain("whatsapp");
  }

  private Suggested suggest(String description) {
    return suggestions.suggest("", description);
  }

  private static List<String> modules(Suggested suggested) {
    return suggested.modules().stream().map(Choice::value).toList();
  }

  private static List<String> words(Suggested suggested) {
    return suggested.words().stream().map(word -> word.subject() + "=" + word.value()).toList();
  }

  private static Choice module(Suggested suggested, String name) {
    return suggested.modules().stream()
        .filter(module -> module.value().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
