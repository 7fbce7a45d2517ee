package dev.kryonix.tenant.process;

import static dev.kryonix.tenant.process.Caller.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.api.tenant.v1.CreateTenantRequest;
import dev.kryonix.api.tenant.v1.Evidence;
import dev.kryonix.api.tenant.v1.SuggestTenantRequest;
import dev.kryonix.api.tenant.v1.SuggestTenantResponse;
import dev.kryonix.api.tenant.v1.Suggestion;
import dev.kryonix.api.tenant.v1.Tenant;
import dev.kryonix.tenant.process.Caller.Refusal;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SuggestTenant as a caller meets it, and the tenant that comes of it. */
final class SuggestTenantIT {
  private static final String CLINIC =
      "Somos uma clínica odontológica com 12 dentistas. Queremos confirmar consultas pelo WhatsApp;"
          + " não precisamos do financeiro.";
  private static final int LONGEST = 4000;

  private static TenantProcess service;
  private static Caller admin;

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    service = TenantProcess.start(folder);
    admin = Caller.with(service.channel(), TenantProcess.ADMIN_KEY);
  }

  @AfterAll
  static void stop() throws InterruptedException {
    service.stop();
  }

  @Test
  void aSuggestionSaysWhyAndBecomesATenantAsItIs() {
    SuggestTenantResponse suggested = suggest("", CLINIC);

    assertThat(suggested.getSector().getValue()).isEqualTo("medicina");
    assertThat(suggested.getPlan().getValue()).isEqualTo("pro");
    assertThat(quotes(suggested.getPlan())).containsExactly("12 dentistas");
    assertThat(values(suggested.getModulesList()))
        .containsExactlyInAnyOrder("crm", "agendamento", "whatsapp");

    Tenant created = create(suggested);

    assertThat(created.getSector()).isEqualTo("medicina");
    assertThat(created.getPlan()).isEqualTo("pro");
    assertThat(created.getModulesList()).containsExactly("agendamento", "crm", "whatsapp");
    assertThat(created.getComplianceList()).containsExactly("hipaa", "lgpd");
    assertThat(created.getWordsMap())
        .containsEntry("clients", "pacientes")
        .containsEntry("sales", "consultas")
        .containsEntry("products", "procedimentos");
  }

  @Test
  void aRequestThatSaysNothingIsRefused() {
    Refusal refusal = refusal(() -> suggest(" ", "\n"));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.fields()).containsExactly("description");
  }

  @Test
  void anUnknownSectorIsRefusedWithTheFieldAndTheKnownOnes() {
    Refusal refusal = refusal(() -> suggest("foguetes", CLINIC));

    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.fields()).containsExactly("sector");
    assertThatThrownBy(() -> suggest("foguetes", CLINIC))
        .hasMessageContaining("medicina, imobiliaria, educacao, varejo");
  }

  @Test
  void aSectorOrDescriptionOverItsBoundIsRefused() {
    assertThat(refusal(() -> suggest("", "x".repeat(LONGEST + 1))).fields())
        .containsExactly("description");
    assertThat(refusal(() -> suggest("", "🏥".repeat(1 << 14))).fields())
        .containsExactly("description");
    assertThat(refusal(() -> suggest("x".repeat(101), "")).fields()).containsExactly("sector");
    assertThat(refusal(() -> suggest("cli\u0000nica", "")).fields()).containsExactly("sector");
    assertThat(refusal(() -> suggest("clinica", "a\u0000b")).fields())
        .containsExactly("description");
  }

  @Test
  void aHostileDescriptionIsAnsweredAtOnce() {
    for (String part :
        List.of("\u0001", "a\u0301\u0323", "\u202e", "clinicx ", "não ", "9.", "🏥")) {
      String text = part.repeat(LONGEST / part.length());

      assertThat(suggest("retail", text).getSector().getValue()).isEqualTo("varejo");
    }
  }

  private static SuggestTenantResponse suggest(String sector, String description) {
    return admin
        .tenants()
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .suggestTenant(
            SuggestTenantRequest.newBuilder()
                .setSector(sector)
                .setDescription(description)
                .build());
  }

  private static Tenant create(SuggestTenantResponse suggested) {
    Tenant.Builder tenant =
        Tenant.newBuilder()
            .setDisplayName("Uma Empresa")
            .setSector(suggested.getSector().getValue())
            .setPlan(suggested.getPlan().getValue())
            .addAllModules(values(suggested.getModulesList()))
            .addAllCompliance(values(suggested.getComplianceList()));
    suggested.getWordsList().forEach(word -> tenant.putWords(word.getSubject(), word.getValue()));
    return admin
        .tenants()
        .createTenant(
            CreateTenantRequest.newBuilder()
                .setTenant(tenant)
                .setTenantId("t" + UUID.randomUUID().toString().replace("-", "").substring(0, 16))
                .build())
        .getTenant();
  }

  private static List<String> values(List<Suggestion> suggestions) {
    return suggestions.stream().map(Suggestion::getValue).toList();
  }

  private static List<String> quotes(Suggestion suggestion) {
    return suggestion.getEvidenceList().stream().map(Evidence::getQuote).toList();
  }
}
