package dev.exchequer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of docs/ARCHITECTURE.md inside the domain. The day one bites: move the code, or draw the arrow there and here in one commit. */
class DomainRulesTest {
  private static final JavaClasses DOMAIN = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.exchequer");

  @Test
  void nothingButTheJdk() {
    classes().should().onlyDependOnClassesThat().resideInAnyPackage("dev.exchequer..", "java..", "org.jspecify..").check(DOMAIN);
  }

  @Test
  void noClockNoChanceNoInputOutput() {
    noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.util.Random").check(DOMAIN);
    noClasses().should().dependOnClassesThat().resideInAnyPackage("java.io..", "java.nio..", "java.net..", "java.sql..", "java.util.concurrent..").check(DOMAIN);
    noClasses().should().callMethod(System.class, "currentTimeMillis").check(DOMAIN);
    noClasses().should().callMethod(System.class, "nanoTime").check(DOMAIN);
    noClasses().should().callMethod(java.util.UUID.class, "randomUUID").check(DOMAIN);
  }

  @Test
  void moneyIsNeverFloating() {
    noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.lang.Double").check(DOMAIN);
    noClasses().should().dependOnClassesThat().haveFullyQualifiedName("java.lang.Float").check(DOMAIN);
  }

  @Test
  void noCycles() {
    slices().matching("dev.exchequer.(*)..").should().beFreeOfCycles().check(DOMAIN);
  }

  @Test
  void arrows() {
    noClasses().that().resideInAnyPackage("..money..", "..identity..").should().dependOnClassesThat().resideInAnyPackage("..policy..", "..pricing..", "..selection..", "..fallback..", "..budget..", "..ledger..", "..receipt..").check(DOMAIN);
    noClasses().that().resideInAPackage("..policy..").should().dependOnClassesThat().resideInAnyPackage("..pricing..", "..selection..", "..fallback..", "..budget..", "..ledger..", "..receipt..").check(DOMAIN);
    noClasses().that().resideInAnyPackage("..pricing..", "..budget..", "..selection..", "..fallback..", "..receipt..").should().dependOnClassesThat().resideInAPackage("..ledger..").check(DOMAIN);
  }
}
