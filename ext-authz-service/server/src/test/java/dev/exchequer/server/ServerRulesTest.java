package dev.exchequer.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of docs/ARCHITECTURE.md inside the service. The day one bites: move the code, or draw the arrow there and here in one commit. */
class ServerRulesTest {
  private static final JavaClasses SERVER = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.exchequer.server");

  @Test
  void edgesTalkToTheEngineNotToEachOther() {
    noClasses().that().resideInAnyPackage("..server.engine..", "..server.store..", "..server.usage..", "..server.summary..").should().dependOnClassesThat().resideInAnyPackage("..server.authz..", "..server.settle..", "..server.journal..", "..server.admin..", "..server.policyfeed..").check(SERVER);
    noClasses().that().resideInAPackage("..server.authz..").should().dependOnClassesThat().resideInAnyPackage("..server.settle..", "..server.journal..", "..server.admin..", "..server.policyfeed..").check(SERVER);
    noClasses().that().resideInAPackage("..server.journal..").should().dependOnClassesThat().resideInAnyPackage("..server.settle..", "..server.authz..", "..server.admin..", "..server.policyfeed..").check(SERVER);
    noClasses().that().resideInAPackage("..server.report..").should().dependOnClassesThat().resideInAnyPackage("..server.settle..", "..server.authz..", "..server.journal..", "..server.admin..", "..server.policyfeed..").check(SERVER);
    noClasses().that().resideInAPackage("..server.store..").should().dependOnClassesThat().resideInAPackage("..server.engine..").check(SERVER);
  }

  @Test
  void wireTypesStopAtTheEdge() {
    noClasses().that().resideOutsideOfPackage("..server.authz..").should().dependOnClassesThat().resideInAPackage("io.envoyproxy..").check(SERVER);
    noClasses().that().resideOutsideOfPackages("..server.settle..", "..server.policyfeed..", "..server.report..").should().dependOnClassesThat().resideInAPackage("dev.exchequer.api..").check(SERVER);
    noClasses().that().resideOutsideOfPackage("..server.store..").should().dependOnClassesThat().resideInAnyPackage("java.sql..", "org.sqlite..", "org.flywaydb..").check(SERVER);
  }

  @Test
  void noKubernetesAndNoOperator() {
    noClasses().should().dependOnClassesThat().resideInAnyPackage("dev.exchequer.operator..", "dev.exchequer.crds..", "io.fabric8..").check(SERVER);
  }

  @Test
  void noCycles() {
    slices().matching("dev.exchequer.server.(*)..").should().beFreeOfCycles().check(SERVER);
  }
}
