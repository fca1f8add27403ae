package dev.holdfast;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arrows between the packages of core, and what no class of it may do. */
class ArchitectureTest {
  private static final JavaClasses CORE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.holdfast");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "nothing",
      value = {
        "job        | nothing",
        "retry      | nothing",
        "deadletter | job",
        "limit      | job",
        "schedule   | job",
        "spi        | job limit",
        "event      | job",
        "flow       | job retry event deadletter spi",
        "batch      | job flow",
        "json       | job spi schedule event flow batch",
        "metrics    | job spi",
        "lock       | job spi",
        "worker     | job limit retry spi json schedule event flow batch",
      })
  void a_package_imports_of_ours_only(String name, String allowed) {
    List<String> known = new ArrayList<>(List.of("dev.holdfast." + name + ".."));
    if (allowed != null) {
      Stream.of(allowed.split(" ")).map(other -> "dev.holdfast." + other).forEach(known::add);
    }
    noClasses()
        .that()
        .resideInAPackage("dev.holdfast." + name + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.holdfast..")
                .and(not(resideInAnyPackage(known.toArray(String[]::new)))))
        .allowEmptyShould(true)
        .check(CORE);
  }

  @Test
  void only_the_doors_import_the_worker_package() {
    noClasses()
        .that()
        .resideOutsideOfPackages("dev.holdfast", "dev.holdfast.worker..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("dev.holdfast.worker..")
        .allowEmptyShould(true)
        .check(CORE);
  }

  @ParameterizedTest
  @CsvSource({
    "com.fasterxml.., dev.holdfast.json..",
    "io.micrometer.., dev.holdfast.metrics..",
    "com.cronutils.., dev.holdfast.schedule.."
  })
  void a_library_is_imported_by_one_package(String library, String ours) {
    noClasses()
        .that()
        .resideOutsideOfPackage(ours)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(CORE);
  }

  @Test
  void core_knows_no_engine_and_no_testkit() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "dev.holdfast.redis..", "dev.holdfast.testkit..", "io.lettuce..", "org.junit..")
        .check(CORE);
  }

  @Test
  void core_needs_few_libraries() {
    classes()
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.holdfast..",
            "java..",
            "org.slf4j..",
            "org.jspecify..",
            "com.fasterxml..",
            "io.micrometer..",
            "com.cronutils..")
        .check(CORE);
  }

  @Test
  void nobody_reads_the_wall_clock_or_sleeps() {
    ArchRule rule =
        noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethod(Thread.class, "sleep", long.class, int.class)
            .because("time is injected, and what waits waits for something");
    rule.check(CORE);
  }

  @Test
  void every_package_says_that_null_is_the_exception() {
    assertThat(
            CORE.stream().map(JavaClass::getPackage).collect(Collectors.toSet()).stream()
                .filter(found -> !found.isAnnotatedWith(NullMarked.class))
                .map(JavaPackage::getName))
        .isEmpty();
  }
}
