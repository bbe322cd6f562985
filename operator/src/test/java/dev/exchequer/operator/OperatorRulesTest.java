package dev.exchequer.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The arrows of docs/ARCHITECTURE.md inside the operator. The day one bites: move the code, or draw the arrow there and here in one commit. */
class OperatorRulesTest {
  private static final JavaClasses OPERATOR = new ClassFileImporter().withImportOption(new ImportOption.DoNotIncludeTests()).importPackages("dev.exchequer.operator");

  @Test
  void thePlanKnowsNobody() {
    noClasses().that().resideInAnyPackage("..operator.ir..", "..operator.model..").should().dependOnClassesThat().resideInAnyPackage("..operator.compile..", "..operator.validate..", "..operator.translate..", "..operator.publish..", "..operator.policy..", "..operator.watch..", "..operator.check..").check(OPERATOR);
    noClasses().that().resideInAnyPackage("..operator.compile..", "..operator.validate..").should().dependOnClassesThat().resideInAnyPackage("..operator.translate..", "..operator.publish..", "..operator.watch..").check(OPERATOR);
    noClasses().that().resideInAPackage("..operator.translate..").should().dependOnClassesThat().resideInAnyPackage("..operator.publish..", "..operator.watch..", "..operator.validate..", "..operator.compile..").check(OPERATOR);
  }

  @Test
  void wireTypesStopAtTheEdge() {
    noClasses().that().resideOutsideOfPackages("..operator.translate..", "..operator.publish..").should().dependOnClassesThat().resideInAPackage("io.envoyproxy..").check(OPERATOR);
    noClasses().that().resideInAnyPackage("..operator.ir..", "..operator.compile..", "..operator.translate..", "..operator.publish..", "..operator.policy..").should().dependOnClassesThat().resideInAPackage("io.fabric8..").check(OPERATOR);
  }

  @Test
  void ofTheDomainOnlyPolicyMoneyAndIdentity() {
    noClasses().should().dependOnClassesThat().resideInAnyPackage("dev.exchequer.server..", "dev.exchequer.ledger..", "dev.exchequer.selection..", "dev.exchequer.fallback..", "dev.exchequer.budget..", "dev.exchequer.receipt..", "dev.exchequer.pricing..").check(OPERATOR);
  }

  @Test
  void noCycles() {
    slices().matching("dev.exchequer.operator.(*)..").should().beFreeOfCycles().check(OPERATOR);
  }
}
