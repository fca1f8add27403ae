package dev.holdfast.testkit;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What of the testkit works without which library. */
class TestkitArchitectureTest {
  private static final JavaClasses TESTKIT =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("dev.holdfast.testkit");

  @Test
  void the_engine_and_its_clock_work_without_junit() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.testkit.contract..")
        .and()
        .haveSimpleNameNotStartingWith("Holdfast")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.junit..")
        .check(TESTKIT);
  }

  @Test
  void only_assertions_need_assertj() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.testkit.contract..")
        .and()
        .haveSimpleNameNotContaining("Assert")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.assertj..")
        .check(TESTKIT);
  }

  @Test
  void no_engine_but_its_own_is_known_by_name() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("dev.holdfast.redis..", "io.lettuce..")
        .check(TESTKIT);
  }

  @Test
  void nobody_reads_the_wall_clock_or_sleeps() {
    noClasses()
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Thread.class, "sleep", long.class)
        .check(TESTKIT);
  }
}
