package dev.kryonix.kit.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kryonix.kit.catalog.CacheTypes.DeviceTtl;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private final Catalog catalog = Catalog.builtIn();

  @Test
  void all_modules_plans_and_sectors_are_read() {
    assertThat(catalog.modules().keySet())
        .containsExactly(
            "crm",
            "whatsapp",
            "agendamento",
            "financeiro",
            "marketing",
            "analytics",
            "portal",
            "whitelabel");
    assertThat(catalog.plans().keySet()).containsExactly("basic", "pro", "enterprise");
    assertThat(catalog.sectors().keySet())
        .containsExactly("medicina", "imobiliaria", "educacao", "varejo");
    assertThat(catalog.cache().ttl()).hasSize(12);
    assertThat(catalog.cache().databases()).hasSize(16);
  }

  @Test
  void an_alias_resolves_to_the_operation_of_its_own_module() {
    assertThat(catalog.module("agendamento").orElseThrow().operation("agenda.create"))
        .hasValue(
            catalog.module("agendamento").orElseThrow().operations().get("appointments.create"));
    assertThat(operationName("whatsapp", "automacao.trigger")).isEqualTo("automation.trigger");
    assertThat(operationName("marketing", "automacao.trigger")).isEqualTo("automation.execute");
    assertThat(catalog.module("crm").orElseThrow().operation("agenda.create")).isEmpty();
  }

  @Test
  void an_operation_has_its_priority_and_its_time_in_the_live_queue() {
    Operation operation =
        catalog.module("crm").orElseThrow().operation("tasks.assign").orElseThrow();
    assertThat(operation.priority()).isEqualTo(6);
    assertThat(operation.ttl()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void sizes_and_spans_of_a_plan_are_in_bytes_and_durations() {
    Plan pro = catalog.plan("pro").orElseThrow();
    assertThat(pro.limits().getCache().getMemoryBytes()).isEqualTo(50L * 1024 * 1024);
    assertThat(pro.limits().getBackup().getStorageBytes()).isEqualTo(50L * 1024 * 1024 * 1024);
    assertThat(pro.limits().getBackup().getRpo().getSeconds()).isEqualTo(15 * 60);
    assertThat(pro.limits().getBackup().getArchiveRetention().getSeconds())
        .isEqualTo(365L * 24 * 3600);
    assertThat(pro.availability()).isEqualTo(0.999);
  }

  @Test
  void the_default_modules_of_every_plan_and_sector_exist() {
    assertThat(catalog.plans().values())
        .allSatisfy(plan -> assertThat(catalog.modules()).containsKeys(keys(plan)));
    assertThat(catalog.sectors().values())
        .allSatisfy(
            sector ->
                assertThat(catalog.modules())
                    .containsKeys(sector.modules().toArray(new String[0])));
  }

  @Test
  void the_mobile_module_belongs_to_every_tenant_and_is_not_among_the_sold_ones() {
    assertThat(catalog.modules()).doesNotContainKey(Catalog.MOBILE);
    assertThat(catalog.module(Catalog.MOBILE).orElseThrow().operations())
        .containsKeys("push_notification", "offline_sync", "real_time_update", "background_sync");
  }

  @Test
  void an_unknown_cache_type_lives_as_long_as_an_api_response() {
    assertThat(catalog.cache().ttlOf("no_such_type"))
        .isEqualTo(new DeviceTtl(Duration.ofMinutes(15), Duration.ofMinutes(30)));
    assertThat(catalog.cache().ttlOf("session").mobile()).isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void a_value_of_the_wrong_form_is_named_by_its_path() {
    String yaml = "modules: {crm: {retention: soon}}\n";
    assertThatThrownBy(
            () ->
                CatalogReader.read(new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8))))
        .hasMessageContaining(".modules.crm.retention");
  }

  private String operationName(String module, String name) {
    return catalog.module(module).orElseThrow().operation(name).orElseThrow().name();
  }

  private static String[] keys(Plan plan) {
    return plan.defaultModules().toArray(new String[0]);
  }
}
