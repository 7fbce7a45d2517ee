package dev.kryonix.tenant.tenants;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SlugsTest {
  @ParameterizedTest
  @CsvSource({
    "Clínica Exemplo, clinica_exemplo",
    "  São João & Filhos Ltda. , sao_joao_filhos_ltda",
    "2 Irmãos, irmaos",
    "__, tenant",
    "AB, tenant_ab",
    "株式会社, tenant"
  })
  void aNameBecomesALegalId(String name, String id) {
    assertThat(Slugs.of(name, 1).value()).isEqualTo(id);
  }

  @Test
  void aLongNameLeavesRoomForItsNumber() {
    assertThat(Slugs.of("x".repeat(100), 1).value()).hasSize(40);
    assertThat(Slugs.of("x".repeat(100), 12).value()).hasSize(40).endsWith("x_12");
  }
}
