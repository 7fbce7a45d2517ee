package dev.kryonix.kit.structure;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class StructureTest {
  private static final String KIT = "dev.kryonix.kit";

  private final JavaClasses kit =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages(KIT);

  @Test
  void theKitHoldsThesePackagesAndNoDrawer() {
    Set<String> packages =
        kit.stream()
            .map(type -> type.getPackageName().substring(KIT.length() + 1))
            .collect(Collectors.toSet());

    assertThat(packages)
        .containsExactlyInAnyOrder(
            "audit",
            "catalog",
            "crypto",
            "errors",
            "identity",
            "nearcache",
            "paging",
            "policy",
            "postgres",
            "server",
            "snapshot",
            "state",
            "streams",
            "telemetry",
            "yaml");
  }

  @Test
  void packagesUseEachOtherWithoutCircles() {
    slices().matching(KIT + ".(*)..").should().beFreeOfCycles().check(kit);
  }

  @Test
  void theKitDependsOnNoService() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.kryonix.tenant..",
            "dev.kryonix.messaging..",
            "dev.kryonix.cache..",
            "dev.kryonix.backup..",
            "dev.kryonix.gateway..")
        .check(kit);
  }

  @Test
  void nothingIsMadeToBeExtended() {
    classes()
        .that()
        .areNotInterfaces()
        .and()
        .areNotEnums()
        .and()
        .doNotHaveModifier(JavaModifier.ABSTRACT)
        .and()
        .doNotHaveModifier(JavaModifier.SYNTHETIC)
        .and()
        .areNotAnonymousClasses()
        .and()
        .haveSimpleNameNotContaining("$")
        .should()
        .haveModifier(JavaModifier.FINAL)
        .check(kit);
  }
}
